/**
 * Page-table walks: 4-level paging of the Intel SDM volume 3, chapter 4, with exact page-fault error codes. Start at
 * {@link dev.igvmtool.machine.paging.PageWalker}. Depends on {@code abi} only; tables are read through an interface.
 */
@NullMarked
package dev.igvmtool.machine.paging;

import org.jspecify.annotations.NullMarked;
