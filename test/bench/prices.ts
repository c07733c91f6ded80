/** AWS's prices in us-east-1 as of November 2026, in dollars, without free tiers, taxes and data transfer. */
export const PRICES = {
  lambdaGigabyteSecondArm64: 0.000_013_333_4,
  lambdaRequest: 0.2 / 1e6,
  dynamoRead: 0.125 / 1e6,
  dynamoWrite: 0.625 / 1e6,
  /** 0.25 vCPU and 0.5 GB that always run, by the month. */
  fargateMonthX86: 9.01,
  fargateMonthArm64: 7.21,
  fargateVcpuHourX86: 0.04048,
  fargateGigabyteHourX86: 0.004445,
  publicAddressMonth: 3.65,
  natGatewayMonth: 32.85,
  logsGigabyte: 0.5,
  /** A month of each metric that an alarm watches. */
  alarmMetric: 0.1,
  kmsRequest: 0.03 / 1e4,
} as const;

/** Of a month of 730 hours. */
export const MINUTES_A_MONTH = 43_800;
