/**
 * What a file holds, for people and for other programs: {@link dev.igvmtool.format.show.HeaderView} is one header as
 * named texts, {@link dev.igvmtool.format.show.Listing} a list of lines with runs of pages joined. Follows no
 * specification; names are those of igvm_defs. Start at {@code Listing}. May use {@code abi} only.
 */
@NullMarked
package dev.igvmtool.format.show;

import org.jspecify.annotations.NullMarked;
