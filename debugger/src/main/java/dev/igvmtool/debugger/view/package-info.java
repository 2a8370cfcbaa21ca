/**
 * Guest memory in the terms of the structures that lie in it: which stand where at a moment, what their fields say, who
 * may touch a page. Fields come from the one declaration of each structure in {@code abi}. Start at
 * {@link dev.igvmtool.debugger.view.Structures}. Depends on {@code debugger}, {@code machine}, {@code device-tree} and
 * {@code abi}.
 */
@NullMarked
package dev.igvmtool.debugger.view;

import org.jspecify.annotations.NullMarked;
