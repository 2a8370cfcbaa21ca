package dev.igvmtool.host.config.file;

import java.util.List;

/** Configurations in short, for every form of every field. */
final class HostConfigs {
    /** Taken by reader and schema. */
    static final List<String> GOOD = List.of(
            "{}",
            "{processors: 4, nodes: 2, memory: 2G, seed: 0x10}",
            "{processors: {count: 4, first_apic_id: 16}, entropy: {seed: 3}}",
            "{ram: [{start: 0, end: 1G}, {start: 4GiB, size: 0x40000000, node: 1}], com: null, mmio: null}",
            "{vtl2_base: vtl2-allocate, mmio: {vtl2: {start: 64G, size: 1G}}}",
            "{slit: {distances: [[10, 20], [20, 10]]}, pptt: {threads_per_core: 2, cores_per_package: 4}}",
            "{processors: [{apic_id: 5, node: 1}, {index: 1, apic_id: 0x10}], x2apic: false, active_vtl: 0}",
            "{vtl2_base: {mode: absolute, address: 0x20000000}, vtl2_protectable_override: [{start: 0, size: 2M}]}",
            "{host_tree: {pio_bus_name: io-bus, keep_alive: false, total-pages: 9, vtl0-alias-map: 0x4000000000}}",
            "{tsc: {first: 5, step: 1, cpuid_15_ebx: 80}, physical_address_bits: 48, com: {port: 0x2f8, baud: 9600}}",
            "{description: x, command_line: a b, vmbus_redirect: true, corrupt_initrd: true, no_device_tree: true}",
            "{vtl2_framebuffer: 0xf8000000, slit: \"00ff\", pptt: \"\", vtl0_alias_map_available: false, entropy: \"\"}",
            "{persisted_state: {memory: [{start: 0, end: 4K, vtl_type: 12}], mmio: [], cpus_mapped_no_io: [1]}}",
            "{isolation: tdx, td_config_flags: \"0x3\", vp_index_answer: {\"2\": 3}, reference_time: {step: 5}}");

    /** Refused by reader and schema. */
    static final List<String> BAD = List.of(
            "{processor: 4}",
            "{processors: 0}",
            "{processors: []}",
            "{memory: [1]}",
            "{memory: 1.5G}",
            "{ram: [{start: 0}]}",
            "{ram: [{start: 0, size: 1G, end: 1G}]}",
            "{isolation: sev}",
            "{vtl2_base: absolute}",
            "{vtl2_base: {address: 0}}",
            "{com: COM3}",
            "{x2apic: 1}",
            "{active_vtl: 3}",
            "{entropy: 0x}",
            "{entropy: {}}",
            "{slit: {}}",
            "{pptt: {threads_per_core: 2}}",
            "{host_tree: {total_pages: 1}}");

    private HostConfigs() {}
}
