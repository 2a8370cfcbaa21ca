package dev.igvmtool.builder.manifest;

import java.util.List;

/** Manifests in our own form, for tests. */
final class OwnManifests {
    static final String CVM = """
            guest_arch: x64
            variables: { svn: 3, log: com3 }
            guest_configs:
              - guest_svn: ${svn}
                max_vtl: 2
                isolation:
                  snp:
                    shared_gpa_boundary_bits: 46
                    policy: { abi: "0.31", smt: true, migrate_ma: false, debug: true, single_socket: false }
                    injection_type: normal
                    secure_avic: enabled
                image:
                  openhcl:
                    command_line: ["OPENHCL_BOOT_LOG=${log}", quiet]
                    memory: 64MiB
                    memory_base: 128MiB
                    uefi: true
              - guest_svn: 3
                max_vtl: 2
                isolation: { tdx: { policy: { sept_ve_disable: true } } }
                image: { openhcl: { memory_page_count: 16384, uefi: true } }
              - guest_svn: 3
                max_vtl: 2
                isolation_type: { vbs: { policy: { debug: true } } }
                image: { openhcl: { memory_page_count: 16384, uefi: true } }
            resources:
              uefi: fw.fd
              openhcl_boot: { stage: boot-shim }
              underhill_kernel: { kernel: vmlinuz }
              underhill_initrd:
                initrd:
                  archives: [a.cpio, b.cpio.gz]
                  folder: root
                  entries: [{ path: /dev, directory: true }, { path: /dev/null, char: [1, 3], mode: 0666 }]
              underhill_sidecar: sidecar.elf
            """;
    static final String DIRECT = """
            guest_arch: x64
            guest_configs:
              - guest_svn: 1
                max_vtl: 0
                isolation: { snp: { policy: 196639, enable_debug: false, injection_type: normal } }
                image:
                  snp_linux_direct:
                    linux: { use_initrd: true, command_line: [console=ttyS0] }
                    processor_count: 2
                    memory: 160MiB
                    c_bit_position: 51
            resources:
              linux_kernel: { bzimage: vmlinuz }
              linux_initrd: { path: initrd.img }
            """;
    static final String ARM = """
            guest_arch: aarch64
            guest_configs:
              - { guest_svn: 1, max_vtl: 0, isolation: none, image: { uefi: { config_type: none } } }
            resources: { uefi: fw.fd }
            """;
    static final List<String> GOOD = List.of(CVM, DIRECT, ARM);

    /** What a schema can see: names, kinds, ranges. */
    static final List<String> SHAPED_WRONG = List.of(
            CVM.replace("uefi: fw.fd", "uefy: fw.fd"),
            CVM.replace("smt: true", "smd: true"),
            CVM.replace("memory: 64MiB", "memory: 64"),
            CVM.replace("memory: 64MiB", "memory: 64MB"),
            CVM.replace("shared_gpa_boundary_bits: 46", "shared_gpa_boundary_bits: 460"),
            CVM.replace("injection_type: normal", "injection_type: none"),
            CVM.replace("[a.cpio, b.cpio.gz]", "a.cpio"),
            CVM.replace("{ stage: boot-shim }", "{ stage: boot-shim, path: x }"),
            DIRECT.replace("processor_count: 2", "processor_count: -2"),
            DIRECT.replace("use_initrd: true", "use_initrd: \"yes\""),
            ARM.replace("max_vtl: 0", "max_vtl: 1"),
            ARM.replace("guest_arch: aarch64", "guest_arch: arm64"));

    private OwnManifests() {}
}
