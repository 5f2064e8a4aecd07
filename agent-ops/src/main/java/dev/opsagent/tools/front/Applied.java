package dev.opsagent.tools.front;

import java.util.Map;

/**
 * What the front says of itself.
 *
 * @param revision of the routes that are in force
 * @param refused why a target's port could not be listened to, by target
 */
record Applied(long revision, Map<String, String> refused) {
  Applied {
    refused = Map.copyOf(refused);
  }
}
