package org.streamfanout.aws;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The partitions of AWS and the domains under which their services answer, as in the SDK's own
 * {@code partitions.json} (2.51.3, checked 2026-11).
 */
enum AwsPartition {
  AWS(
      "aws",
      "amazonaws.com",
      "api.aws",
      "(?:us|eu|ap|sa|ca|me|af|il|mx)-(?!gov-|iso)[a-z]+-\\d{1,2}"),
  CHINA("aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-[a-z]+-\\d{1,2}"),
  GOVERNMENT("aws-us-gov", "amazonaws.com", "api.aws", "us-gov-[a-z]+-\\d{1,2}"),
  ISO("aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-[a-z]+-\\d{1,2}"),
  ISO_B("aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-[a-z]+-\\d{1,2}"),
  ISO_E("aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-[a-z]+-\\d{1,2}"),
  ISO_F("aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-[a-z]+-\\d{1,2}"),
  EUROPEAN_SOVEREIGN(
      "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-[a-z]{2}-[a-z]+-\\d{1,2}");

  private final String id;
  private final String suffix;
  private final String dualStackSuffix;
  private final Pattern region;

  AwsPartition(String id, String suffix, String dualStackSuffix, String region) {
    this.id = id;
    this.suffix = suffix;
    this.dualStackSuffix = dualStackSuffix;
    this.region = Pattern.compile(region);
  }

  static Optional<AwsPartition> ofId(String id) {
    return Arrays.stream(values()).filter(partition -> partition.id.equals(id)).findFirst();
  }

  /** Returns the name that ARNs carry. */
  String id() {
    return id;
  }

  /** Returns the domain of the regional endpoints. */
  String suffix() {
    return suffix;
  }

  /** Returns the domain of the endpoints that speak IPv6 as well. */
  String dualStackSuffix() {
    return dualStackSuffix;
  }

  /** Returns whether a text has the form of one of this partition's regions. */
  boolean hasRegion(String text) {
    return region.matcher(text).matches();
  }
}
