/**
 * The debugger's command language: words to actions and text, without a terminal. Start at
 * {@link dev.igvmtool.debugger.console.DebugConsole}; {@link dev.igvmtool.debugger.console.Commands} lists the commands.
 * Depends on {@code debugger}, {@code debugger.view}, {@code machine} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.debugger.console;

import org.jspecify.annotations.NullMarked;
