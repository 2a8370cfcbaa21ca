/**
 * The emulated platform. Start at {@code Machine}; programs see only {@code dev.igvmtool.machine.guest}. Depends on
 * {@code abi}.
 */
@NullMarked
package dev.igvmtool.machine;

import org.jspecify.annotations.NullMarked;
