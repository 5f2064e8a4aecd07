/** Services as Deployments of a Kubernetes cluster. */
@NullMarked
package dev.opsagent.tools.kubernetes;

import org.jspecify.annotations.NullMarked;
