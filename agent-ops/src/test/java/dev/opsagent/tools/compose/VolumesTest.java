package dev.opsagent.tools.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.tools.compose.Volumes.Mount;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which data a release would lose, by its resolved compose file and the mounts of what runs. */
class VolumesTest {
  private static final String UNNAMED = "a".repeat(64);
  private static final Mount DATA = new Mount("db", "shop", "shop_data", "/data", "local");

  @Test
  void nothingIsLostWhereTheServiceFindsTheSameVolumeInTheSamePlace() {
    assertThat(losses("db: {volumes: [{type: volume, source: data, target: /data}]}", "data: {}"))
        .isEmpty();
    assertThat(losses("db: {volumes: ['data:/data:rw']}", "data: {name: shop_data}")).isEmpty();
    assertThat(losses("db: {volumes: ['kept:/data']}", "kept: {external: {name: shop_data}}"))
        .isEmpty();
    assertThat(losses("db: {volumes: ['kept:/data']}", "kept: {external: true, name: shop_data}"))
        .isEmpty();
  }

  @Test
  void aVolumeThatIsDroppedOrRenamedIsLost() {
    String lost = "volume shop_data of service db is not in the release";
    assertThat(losses("db: {image: x}", "")).containsExactly(lost);
    assertThat(losses("db: {volumes: ['fresh:/data']}", "fresh: {}")).containsExactly(lost);
    assertThat(losses("db: {volumes: ['data:/data']}", "data: {name: other}"))
        .containsExactly(lost);
    assertThat(losses("db: {volumes: ['data:/data']}", "data: {external: true, name: other}"))
        .containsExactly(lost);
  }

  @Test
  void aProjectOfAnotherNameHasVolumesOfItsOwn() {
    Volumes next = volumes("db: {volumes: ['data:/data', '/cache']}", "data: {}", "store");
    assertThat(next.losses(List.of(DATA, unnamed())))
        .containsExactly(
            "volume shop_data of service db is not in the release",
            "the unnamed volume under /cache of service db is left behind with its project or"
                + " service");
  }

  @Test
  void aVolumeOfAnotherDriverIsAnotherVolume() {
    assertThat(losses("db: {volumes: ['data:/data']}", "data: {driver: nfs}"))
        .containsExactly("volume shop_data of service db has the driver local, not nfs");
  }

  @Test
  void aServiceThatNoLongerFindsItsVolumeIsNamed() {
    assertThat(losses("db: {volumes: ['data:/elsewhere']}", "data: {}"))
        .containsExactly("volume shop_data of service db is not mounted under /data any more");
    assertThat(losses("db: {image: x}", "data: {}"))
        .containsExactly("volume shop_data of service db is not mounted under /data any more");
    assertThat(losses("web: {image: x}", "data: {}"))
        .containsExactly("volume shop_data of service db is mounted by no service any more");
    assertThat(losses("database: {volumes: ['data:/data']}", "data: {}")).isEmpty();
  }

  @Test
  void anUnnamedVolumeStaysWithItsService() {
    assertThat(volumes("db: {image: x}", "", "shop").losses(List.of(unnamed()))).isEmpty();
    assertThat(volumes("web: {image: x}", "", "shop").losses(List.of(unnamed()))).hasSize(1);
    assertThat(
            volumes("db: {volumes: ['data:/cache']}", "data: {}", "shop")
                .losses(List.of(unnamed())))
        .containsExactly(
            "the unnamed volume under /cache of service db gives way to another mount");
    assertThat(
            volumes("db: {volumes: [{type: tmpfs, target: /cache}]}", "", "shop")
                .losses(List.of(unnamed())))
        .hasSize(1);
  }

  @Test
  void theEngineTellsWhatIsMounted() {
    String line =
        """
        db\tshop\t[{"Type":"bind","Source":"/x","Destination":"/y"},\
        {"Type":"volume","Name":"shop_data","Destination":"/data","Driver":"local"}]\
        """;

    assertThat(Mount.parse(line)).containsExactly(DATA);
  }

  private static Mount unnamed() {
    return new Mount("db", "shop", UNNAMED, "/cache", "local");
  }

  private static List<String> losses(String services, String volumes) {
    return volumes(services, volumes, "shop").losses(List.of(DATA));
  }

  private static Volumes volumes(String services, String volumes, String project) {
    String file = "services: {%s}\nvolumes: {%s}".formatted(services, volumes);
    return new Volumes(Json.readYamlTree(file.getBytes(StandardCharsets.UTF_8)), project);
  }
}
