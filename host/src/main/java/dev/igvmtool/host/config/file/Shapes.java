package dev.igvmtool.host.config.file;

import dev.igvmtool.document.Shape;
import java.util.List;

/** Every structure and every choice of a host configuration. */
final class Shapes {
    static final Shape HOST = Shape.of(
            "host",
            "the host configuration",
            "description",
            "isolation",
            "processors",
            "nodes",
            "ram",
            "memory",
            "vtl2_base",
            "vtl2_protectable_override",
            "mmio",
            "com",
            "aarch64",
            "command_line",
            "vtl2_framebuffer",
            "vmbus_redirect",
            "entropy",
            "seed",
            "host_tree",
            "slit",
            "pptt",
            "reference_time",
            "tsc",
            "x2apic",
            "physical_address_bits",
            "vtl0_alias_map_available",
            "intercept_page_available",
            "return_actions_available",
            "active_vtl",
            "td_config_flags",
            "vp_index_answer",
            "no_device_tree",
            "corrupt_initrd",
            "persisted_state");
    static final Shape ISOLATION = Shape.of("isolation", "'isolation'", "none", "vbs", "snp", "tdx");
    static final Shape PROCESSOR = Shape.of("processor", "a processor", "index", "apic_id", "node");
    static final Shape PROCESSOR_COUNT =
            Shape.of("processor_count", "'processors'", "count", "first_apic_id", "apic_id_step");
    static final Shape RAM = Shape.of("ram", "a range of 'ram'", "start", "size", "end", "node");
    static final Shape RANGE = Shape.of("range", "a range", "start", "size", "end");
    static final Shape VTL2_BASE = Shape.of("vtl2_base", "'vtl2_base'", "mode", "address", "size", "mmio_size");
    static final Shape VTL2_MODE =
            Shape.of("vtl2_mode", "'mode' of 'vtl2_base'", "file", "absolute", "memory-layout", "vtl2-allocate");
    static final Shape MMIO = Shape.of("mmio", "'mmio'", "chipset_low", "chipset_high", "vtl2", "vtl2_second");
    static final Shape COM = Shape.of("com", "'com'", "port", "irq", "baud");
    static final Shape AARCH64 = Shape.of("aarch64", "'aarch64'", "gic", "pmu_interrupt", "uart");
    static final Shape GIC = Shape.of("gic", "'gic'", "distributor", "redistributors");
    static final Shape UART = Shape.of("uart", "'uart'", "base", "interrupt", "baud");
    static final Shape HOST_TREE = Shape.of(
            "host_tree",
            "'host_tree'",
            "pio_bus_name",
            "pio_bus_size_cells",
            "keep_alive",
            "total-pages",
            "vtl0-alias-map",
            "exotic",
            "file");
    static final Shape ENTROPY = Shape.of("entropy_source", "'entropy'", "seed", "file", "size");
    static final Shape SLIT = Shape.of("slit_source", "'slit'", "file", "distances");
    static final Shape PPTT = Shape.of("pptt_source", "'pptt'", "file", "threads_per_core", "cores_per_package");
    static final Shape COUNTER = Shape.of("counter", "'reference_time'", "first", "step");
    static final Shape TSC = Shape.of("tsc", "'tsc'", "first", "step", "cpuid_15_ebx");
    static final Shape PERSISTED_STATE = Shape.of(
            "persisted_state",
            "'persisted_state'",
            "header",
            "payload",
            "memory",
            "mmio",
            "cpus_mapped_no_io",
            "cpus_outstanding_io");

    static final Shape SAVED_MEMORY =
            Shape.of("saved_memory", "a piece of 'memory'", "start", "size", "end", "node", "vtl_type", "igvm_type");
    static final Shape SAVED_MMIO = Shape.of("saved_mmio", "a piece of 'mmio'", "start", "size", "end", "vtl_type");

    static final List<Shape> ALL = List.of(
            HOST,
            ISOLATION,
            PROCESSOR,
            PROCESSOR_COUNT,
            RAM,
            RANGE,
            VTL2_BASE,
            VTL2_MODE,
            MMIO,
            COM,
            AARCH64,
            GIC,
            UART,
            HOST_TREE,
            ENTROPY,
            SLIT,
            PPTT,
            COUNTER,
            TSC,
            PERSISTED_STATE,
            SAVED_MEMORY,
            SAVED_MMIO);

    private Shapes() {}
}
