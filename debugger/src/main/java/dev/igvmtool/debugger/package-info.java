/**
 * Steps a machine forwards and backwards. A moment is a number of turns; going back is a snapshot and a deterministic
 * replay, so programs need no support for it. Start at {@link dev.igvmtool.debugger.Debugger}; {@link
 * dev.igvmtool.debugger.History} is what makes it possible. Depends on {@code machine} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.debugger;

import org.jspecify.annotations.NullMarked;
