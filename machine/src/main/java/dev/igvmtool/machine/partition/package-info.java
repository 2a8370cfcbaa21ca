/**
 * A partition: its configuration, its memory, its VPs and what belongs to all of them. Follows the TLFS chapters on
 * partitions and virtual secure mode. Start at {@link dev.igvmtool.machine.partition.Partition}. Depends on the other
 * packages of the machine.
 */
@NullMarked
package dev.igvmtool.machine.partition;

import org.jspecify.annotations.NullMarked;
