/**
 * Guest memory in layers, one question each: which page ({@link dev.igvmtool.machine.memory.PhysicalMemory}), may this
 * VTL touch it ({@link dev.igvmtool.machine.memory.PartitionMemory}), where does this address point
 * ({@link dev.igvmtool.machine.memory.VirtualMemory}). Follows the TLFS chapters on GPA space and VTL protections. Start
 * at PhysicalMemory. Depends on {@code machine.paging}, {@code machine.guest} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.machine.memory;

import org.jspecify.annotations.NullMarked;
