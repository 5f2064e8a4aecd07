package dev.opsagent.tools.kubernetes;

import java.util.Map;
import java.util.Optional;

/** What a server tells of its API, as far as {@code kubectl apply} of a Deployment asks. */
final class TestingDiscovery {
  private static final Map<String, String> TOLD =
      Map.of(
          "/api",
          "{\"kind\": \"APIVersions\", \"versions\": [\"v1\"]}",
          "/api/v1",
          """
          {"kind": "APIResourceList", "groupVersion": "v1", "resources": [
            {"name": "services", "singularName": "service", "namespaced": true, "kind": "Service",
             "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"]}]}
          """,
          "/apis",
          """
          {"kind": "APIGroupList", "apiVersion": "v1", "groups": [{"name": "apps",
            "versions": [{"groupVersion": "apps/v1", "version": "v1"}],
            "preferredVersion": {"groupVersion": "apps/v1", "version": "v1"}}]}
          """,
          "/apis/apps/v1",
          """
          {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "apps/v1", "resources": [
            {"name": "deployments", "singularName": "deployment", "namespaced": true,
             "kind": "Deployment", "shortNames": ["deploy"],
             "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"]}]}
          """);

  private TestingDiscovery() {}

  static Optional<String> told(String path) {
    return Optional.ofNullable(TOLD.get(path));
  }
}
