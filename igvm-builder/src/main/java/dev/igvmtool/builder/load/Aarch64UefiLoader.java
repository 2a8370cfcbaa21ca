package dev.igvmtool.builder.load;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.manifest.Image.UefiConfigType;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.paging.Aarch64PageTables;
import dev.igvmtool.format.context.VbsRegister;
import java.util.function.Consumer;

/** Places UEFI firmware for aarch64 at address 0. {@code vm/loader/src/uefi/mod.rs: aarch64}. */
final class Aarch64UefiLoader {
    /** Size of the firmware image. */
    static final int IMAGE_BYTES = 0x80_0000;

    /** Pages of firmware, stack and page tables. */
    static final long PAGE_COUNT = 0x824;

    private static final long STACK_PAGE = 0x800;
    private static final long STACK_PAGES = 32;
    private static final long PAGE_TABLES = 0x82_0000;
    private static final long ENTRY = 0x1000;

    private final ImageSink sink;
    private final Consumer<VbsRegister> registers;

    Aarch64UefiLoader(ImageSink sink, Consumer<VbsRegister> registers) {
        this.sink = sink;
        this.registers = registers;
    }

    void load(Resource firmware, UefiConfigType configType) {
        UefiLoader.checkSize(firmware, IMAGE_BYTES);
        if (configType == UefiConfigType.IGVM) {
            throw new ManifestException("UEFI config type 'igvm' is not supported on aarch64");
        }
        sink.importPages(0, STACK_PAGE, "uefi-image", Acceptance.EXCLUSIVE, firmware.content());
        sink.importPages(STACK_PAGE, STACK_PAGES, "uefi-stack", Acceptance.EXCLUSIVE, Bytes.EMPTY);
        sink.importPages(
                PAGE_TABLES / Pages.SIZE,
                Aarch64PageTables.UEFI_PAGE_COUNT,
                "uefi-page-tables",
                Acceptance.EXCLUSIVE,
                Aarch64PageTables.uefi(PAGE_TABLES));
        registers.accept(Registers.of(Aarch64Register.CPSR, 5));
        registers.accept(Registers.of(Aarch64Register.X0, ENTRY));
        registers.accept(Registers.of(Aarch64Register.PC, ENTRY));
        registers.accept(Registers.of(Aarch64Register.X1, PAGE_TABLES));
        registers.accept(Registers.of(Aarch64Register.X2, 0));
        registers.accept(Registers.of(Aarch64Register.TTBR0_EL1, PAGE_TABLES));
        registers.accept(Registers.of(Aarch64Register.MAIR_EL1, 0x44aa_00ff_44aa_00ffL));
        registers.accept(Registers.of(Aarch64Register.SCTLR_EL1, 0x30d0_1805));
        registers.accept(Registers.of(Aarch64Register.TCR_EL1, 0x90_3510));
    }
}
