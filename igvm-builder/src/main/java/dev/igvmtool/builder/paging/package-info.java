/**
 * Initial page tables of images: what igvmfilegen's {@code page_table} crate builds, to the byte. Start at
 * {@link dev.igvmtool.builder.paging.PageTableBuilder}. Depends on {@code abi} only.
 */
@NullMarked
package dev.igvmtool.builder.paging;

import org.jspecify.annotations.NullMarked;
