package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.builder.manifest.Image.UefiConfigType;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.paging.IdentityMap;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.X64Register;
import java.util.function.Consumer;

/** Places UEFI firmware for x64. {@code vm/loader/src/uefi/mod.rs: x86_64}. */
final class UefiLoader {
    /** Size of the firmware image. */
    static final int IMAGE_BYTES = 0x60_0000;

    /** First page of the firmware image. */
    static final long IMAGE_PAGE = 0x100;

    /** Page behind firmware, tables and scratch pages: where parameters start. */
    static final long CONFIG_PAGE = 0x709;

    private static final long PAGE_TABLES = 0x70_0000;
    private static final long GDT_PAGE = 0x706;
    private static final long MISC_PAGE = 0x707;
    private static final long STACK_TOP = 0x6e_0000;
    private static final int CODE_INDEX = 1;

    private final ImageSink sink;
    private final Consumer<VbsRegister> registers;
    private final Isolation isolation;
    private final boolean withParavisor;

    /**
     * A loader.
     *
     * @param registers takes the processor state, which is not always that of the first processor of the image
     */
    UefiLoader(ImageSink sink, Consumer<VbsRegister> registers, Isolation isolation, boolean withParavisor) {
        this.sink = sink;
        this.registers = registers;
        this.isolation = isolation;
        this.withParavisor = withParavisor;
    }

    /** Places the firmware, asks for its memory and sets all registers. */
    void load(Resource firmware, UefiConfigType configType) {
        checkSize(firmware, IMAGE_BYTES);
        boolean withSharedView = isolation.type() == Isolation.Type.SNP && !withParavisor;
        if (configType == UefiConfigType.IGVM && isolation.type() == Isolation.Type.SNP && withParavisor) {
            throw new ManifestException("UEFI config type 'igvm' is not supported with SNP and a paravisor");
        }
        long entry = firmware.read(it -> new UefiFirmware(it).entryOffset()) + IMAGE_PAGE * Pages.SIZE;
        UefiParameterPages parameters = new UefiParameterPages(withSharedView);
        sink.importPages(IMAGE_PAGE, IMAGE_BYTES / Pages.SIZE, "uefi-image", Acceptance.EXCLUSIVE, firmware.content());
        Bytes tables = withSharedView
                ? IdentityMap.buildWithSharedView(
                        PAGE_TABLES, UefiParameterPages.SHARED_TABLES_PAGE * Pages.SIZE, sharedBoundary())
                : IdentityMap.build(PAGE_TABLES, 0);
        sink.importPages(
                PAGE_TABLES / Pages.SIZE, IdentityMap.PAGE_COUNT, "uefi-page-tables", Acceptance.EXCLUSIVE, tables);
        sink.importPages(GDT_PAGE, 1, "default-gdt", Acceptance.EXCLUSIVE, Registers.gdt(CODE_INDEX));
        Registers.importSegments(registers, GDT_PAGE * Pages.SIZE, CODE_INDEX);
        sink.importPages(MISC_PAGE, CONFIG_PAGE - MISC_PAGE, "uefi-misc-pages", Acceptance.EXCLUSIVE, Bytes.EMPTY);
        long endPage = CONFIG_PAGE;
        if (configType == UefiConfigType.IGVM) {
            endPage += parameters.load(sink, registers, withSharedView ? sharedBoundary() : 0);
        }
        sink.requireMemory(new GpaRange(0, endPage * Pages.SIZE), false);
        importRegisters(entry);
    }

    private void importRegisters(long entry) {
        registers.accept(Registers.of(X64Register.CR0, 0x8000_0023L));
        registers.accept(Registers.of(X64Register.CR3, PAGE_TABLES));
        registers.accept(Registers.of(X64Register.CR4, 0x660));
        registers.accept(Registers.of(X64Register.EFER, 0xd00));
        registers.accept(Registers.of(X64Register.PAT, Registers.PAT));
        registers.accept(Registers.of(X64Register.RBP, STACK_TOP));
        registers.accept(Registers.of(X64Register.RIP, entry));
        registers.accept(Registers.of(X64Register.R8, withParavisor ? 1 : 0));
        long flags = isolation.type().ordinal();
        if (isolation.sharedGpaBoundaryBits() != 0) {
            flags |= 0x20 | (isolation.sharedGpaBoundaryBits() & 0x3fL) << 6;
        }
        registers.accept(Registers.of(X64Register.R9, flags));
        registers.accept(Registers.of(X64Register.R10, 0));
        registers.accept(Registers.of(X64Register.R11, 0));
        Registers.importMtrrs(registers);
    }

    private long sharedBoundary() {
        int bits = isolation.sharedGpaBoundaryBits();
        if (bits < 39 || bits > 47) {
            throw new ManifestException("'shared_gpa_boundary_bits' is " + bits
                    + ", UEFI without a paravisor needs 39 to 47 to reach shared memory through its page tables");
        }
        return isolation.sharedGpaBoundary();
    }

    static void checkSize(Resource firmware, int expected) {
        firmware.read(image -> {
            if (image.size() != expected) {
                throw new FormatException(
                        String.format("UEFI image has 0x%x bytes, expected exactly 0x%x", image.size(), expected));
            }
            return image;
        });
    }
}
