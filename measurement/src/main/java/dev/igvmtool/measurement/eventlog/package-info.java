/**
 * Event logs of measured boots, and the registers that they lead to: RTMRs of a TD by its CCEL log, PCRs of a TPM.
 * Specification: TCG PC Client Platform Firmware Profile, section "Event Logging"; UEFI, "Confidential Computing". Start at
 * {@link dev.igvmtool.measurement.eventlog.EventLog}. May use the other packages of {@code measurement}, and {@code abi}.
 */
@NullMarked
package dev.igvmtool.measurement.eventlog;

import org.jspecify.annotations.NullMarked;
