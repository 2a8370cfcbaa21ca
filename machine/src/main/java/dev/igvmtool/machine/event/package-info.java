/**
 * What can be observed of a running machine: small records, handed to one sink. Trace, watchpoints and timeline are
 * consumers. Start at {@link dev.igvmtool.machine.event.MachineEvent}. Depends on {@code abi}.
 */
@NullMarked
package dev.igvmtool.machine.event;

import org.jspecify.annotations.NullMarked;
