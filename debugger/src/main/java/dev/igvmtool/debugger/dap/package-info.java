/**
 * The debugger behind the Debug Adapter Protocol, as VS Code and other editors speak it: VPs are threads, a stack is the step
 * that is next and the stage that it belongs to, and runs go in both directions. Specification: Debug Adapter Protocol. Start at
 * {@link dev.igvmtool.debugger.dap.DapServer}. Depends on {@code debugger} with its views and console, {@code machine},
 * {@code abi} and lsp4j.
 */
@NullMarked
package dev.igvmtool.debugger.dap;

import org.jspecify.annotations.NullMarked;
