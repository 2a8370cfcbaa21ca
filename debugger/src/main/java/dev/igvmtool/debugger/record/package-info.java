/**
 * What a run leaves so that another can be compared with it: for each turn who took it, and a number that stands for all
 * events up to there. Start at {@link dev.igvmtool.debugger.record.TurnRecorder}. Depends on {@code machine} and
 * {@code abi}.
 */
@NullMarked
package dev.igvmtool.debugger.record;

import org.jspecify.annotations.NullMarked;
