/**
 * What a VP reaches besides memory: ports and the devices behind them, CPUID leaves, time. Start at
 * {@link dev.igvmtool.machine.bus.PortBus}. Depends on {@code machine.guest} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.machine.bus;

import org.jspecify.annotations.NullMarked;
