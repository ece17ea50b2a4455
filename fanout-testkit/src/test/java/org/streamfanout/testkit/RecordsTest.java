package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.TableChange;

class RecordsTest {

  @Test
  void kinesis_several_haveKeysInTurnAndIdsOfTheirOwn() {
    List<FanoutRecord> records = Records.kinesis(5, 2);

    assertThat(records)
        .extracting(FanoutRecord::key)
        .containsExactly("key-0", "key-1", "key-0", "key-1", "key-0");
    assertThat(records).extracting(FanoutRecord::id).doesNotHaveDuplicates();
    assertThat(records).extracting(FanoutRecord::sequenceNumber).isSorted();
    assertThat(records.get(0).id())
        .isEqualTo(Records.SHARD + ":" + records.get(0).sequenceNumber());
    assertThat(Records.texts(records)).startsWith("{\"n\":0}", "{\"n\":1}");
  }

  @Test
  void dynamoDb_removal_hasAnOldImageOnly() {
    TableChange change = Records.dynamoDb(1, TableChange.Type.REMOVE, "a").change();

    assertThat(change.newImage()).isNull();
    assertThat(change.oldImage()).containsKeys("id", "n");
  }

  @Test
  void kafka_withoutData_isATombstone() {
    FanoutRecord record = Records.kafka(7, "k", null);

    assertThat(record.isTombstone()).isTrue();
    assertThat(record.id()).isEqualTo("orders-0:7");
    assertThat(record.keyBytes().utf8()).isEqualTo("k");
  }
}
