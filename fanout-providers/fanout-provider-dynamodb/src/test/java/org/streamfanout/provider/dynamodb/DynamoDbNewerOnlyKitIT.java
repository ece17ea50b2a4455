package org.streamfanout.provider.dynamodb;

import org.streamfanout.testkit.KitDestination;

/** As its parent, with one conditional write a message. */
class DynamoDbNewerOnlyKitIT extends DynamoDbTargetProviderKitIT {
  @Override
  protected KitDestination open() {
    return TableDestination.oneByOne(tables);
  }

  /** A PutItem is taken whole or not at all. */
  @Override
  protected boolean failsEntries() {
    return false;
  }
}
