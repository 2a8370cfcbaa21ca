/**
 * The ACPI tables by which a guest finds processors, nodes and the distances between them. Specification: ACPI 6.5,
 * chapter 5; which structures there are, and their order, follows openvmm (vmm_core/src/acpi_builder.rs). One class for each
 * table; {@link dev.igvmtool.host.acpi.AcpiTable} has what they share. May use {@code abi}.
 */
@NullMarked
package dev.igvmtool.host.acpi;

import org.jspecify.annotations.NullMarked;
