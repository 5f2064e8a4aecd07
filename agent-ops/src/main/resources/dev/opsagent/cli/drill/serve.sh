# Serves the version of its first argument, or fails in the way that the second asks for.
b=/bin/busybox
$b mkdir -p /www
echo "drill $1" > /www/index.html

case "$2" in
  crashes)
    exit 1 ;;
  never-ready)
    exec $b sleep 3600 ;;
  ends-after-a-while)
    $b httpd -p 8080 -h /www
    exec $b sleep 2 ;;
  leaks-into-errors)
    # What answers where there is no page.
    $b mkdir -p /www/cgi-bin
    printf '#!/bin/busybox sh\necho "Status: 500 Internal Server Error"\necho\n' \
      > /www/cgi-bin/index.cgi
    $b chmod +x /www/cgi-bin/index.cgi
    $b httpd -p 8080 -h /www
    # Now and then at first, then more and more often, and always after three seconds.
    for serves in 1 0.6 0.4 0.2 0.1; do
      $b sleep $serves
      $b mv /www/index.html /www/gone
      $b sleep 0.15
      $b mv /www/gone /www/index.html
    done
    $b rm /www/index.html
    exec $b sleep 3600 ;;
esac
exec $b httpd -f -p 8080 -h /www
