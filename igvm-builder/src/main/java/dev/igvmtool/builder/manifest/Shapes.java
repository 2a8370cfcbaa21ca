package dev.igvmtool.builder.manifest;

import dev.igvmtool.document.Shape;
import java.util.List;

/** Every structure and every choice of a manifest. */
final class Shapes {
    static final Shape MANIFEST = Shape.of("manifest", "the manifest", "guest_arch", "guest_configs", "resources")
            .withOwn("variables");
    static final Shape GUEST_ARCH = Shape.of("guest_arch", "'guest_arch'", "x64", "aarch64");
    static final Shape GUEST_CONFIG = Shape.of(
                    "guest_config", "a guest config", "guest_svn", "max_vtl", "isolation_type", "image")
            .withOwn("isolation");

    static final Shape ISOLATION = Shape.of("isolation", "'isolation_type'", "none", "vbs", "snp", "tdx");
    static final Shape VBS = Shape.of("vbs", "'vbs'", "enable_debug").withOwn("policy");
    static final Shape VBS_POLICY = Shape.of("vbs_policy", "'policy' of 'vbs'").withOwn("debug");
    static final Shape SNP = Shape.of(
            "snp", "'snp'", "shared_gpa_boundary_bits", "policy", "enable_debug", "injection_type", "secure_avic");
    static final Shape SNP_POLICY = Shape.of("snp_policy", "'policy' of 'snp'")
            .withOwn(
                    "abi",
                    "smt",
                    "migrate_ma",
                    "debug",
                    "single_socket",
                    "cxl_allow",
                    "mem_aes_256_xts",
                    "rapl_dis",
                    "ciphertext_hiding_dram",
                    "page_swap_disable");
    static final Shape INJECTION_TYPE = Shape.of("injection_type", "'injection_type'", "normal", "restricted");
    static final Shape SECURE_AVIC = Shape.of("secure_avic", "'secure_avic'", "enabled", "disabled");
    static final Shape TDX =
            Shape.of("tdx", "'tdx'", "enable_debug", "sept_ve_disable").withOwn("policy");
    static final Shape TDX_POLICY = Shape.of("tdx_policy", "'policy' of 'tdx'").withOwn("debug", "sept_ve_disable");

    static final Shape IMAGE = Shape.of("image", "'image'", "none", "uefi", "openhcl", "linux", "snp_linux_direct");
    static final Shape UEFI = Shape.of("uefi", "'uefi'", "config_type");
    static final Shape CONFIG_TYPE = Shape.of("config_type", "'config_type'", "none", "igvm");
    static final Shape OPENHCL = Shape.of(
                    "openhcl",
                    "'openhcl'",
                    "command_line",
                    "static_command_line",
                    "memory_page_base",
                    "memory_page_count",
                    "uefi",
                    "linux",
                    "product_policy")
            .withOwn("memory_base", "memory");
    static final Shape LINUX = Shape.of("linux", "'linux'", "use_initrd", "command_line");
    static final Shape SNP_LINUX_DIRECT = Shape.of(
                    "snp_linux_direct",
                    "'snp_linux_direct'",
                    "linux",
                    "processor_count",
                    "memory_page_count",
                    "c_bit_position")
            .withOwn("memory");
    static final Shape PRODUCT_POLICY = Shape.of("product_policy", "'product_policy'", "sivm", "cwcow");
    static final Shape SIVM = Shape.of(
            "sivm",
            "'sivm'",
            "require_ephemeral_vmgs",
            "require_secure_boot",
            "require_secure_boot_vars",
            "require_bcd_integrity",
            "custom_uefi_json");
    static final Shape CWCOW = Shape.of(
            "cwcow",
            "'cwcow'",
            "require_ephemeral_vmgs",
            "require_secure_boot",
            "require_secure_boot_vars",
            "require_bcd_integrity",
            "custom_uefi_json",
            "require_secure_avic");

    static final Shape RESOURCES = new Shape("resources", "'resources'", ResourceKey.keys(), List.of());
    /** Where a program comes from that is used as it is. */
    static final Shape PROGRAM = Shape.of("program", "a program", "path", "stage");

    static final Shape FILE = Shape.of("file", "a file", "path");
    static final Shape KERNEL = Shape.of("kernel", "a kernel", "path", "kernel", "bzimage", "stage");
    static final Shape INITRD_SOURCE = Shape.of("initrd_source", "an initrd", "path", "initrd");
    static final Shape INITRD = Shape.of("initrd", "'initrd'", "archives", "folder", "entries");
    static final Shape INITRD_ENTRY = Shape.of(
            "initrd_entry",
            "an initrd entry",
            "path",
            "mode",
            "directory",
            "folder",
            "file",
            "stage",
            "text",
            "link",
            "char",
            "block");

    static final List<Shape> ALL = List.of(
            MANIFEST,
            GUEST_ARCH,
            GUEST_CONFIG,
            ISOLATION,
            VBS,
            VBS_POLICY,
            SNP,
            SNP_POLICY,
            INJECTION_TYPE,
            SECURE_AVIC,
            TDX,
            TDX_POLICY,
            IMAGE,
            UEFI,
            CONFIG_TYPE,
            OPENHCL,
            LINUX,
            SNP_LINUX_DIRECT,
            PRODUCT_POLICY,
            SIVM,
            CWCOW,
            RESOURCES,
            FILE,
            PROGRAM,
            KERNEL,
            INITRD_SOURCE,
            INITRD,
            INITRD_ENTRY);

    private Shapes() {}
}
