package dev.igvmtool.machine.memory;

import dev.igvmtool.abi.arm.Syndrome;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.guest.ArmException;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.paging.ArmTranslation;
import dev.igvmtool.machine.paging.PageFault;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.paging.TableMemory;
import dev.igvmtool.machine.paging.Translation;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Memory by guest virtual address, as one VP sees it now: through the tables of CR3, at its privilege level, behind the
 * protections of its VTL. An access that reaches several pages is checked as a whole before a byte is written. Fails
 * with {@link GuestException} (page fault, #GP for an address that is not canonical, #VC or #VE for a page that was not
 * accepted), on AArch64 {@link ArmException} (abort), or {@link GpaFault}.
 */
public final class VirtualMemory implements Memory {
    private static final int PAGE_SIZE = PhysicalMemory.PAGE_SIZE;
    private static final int OFFSET_MASK = PAGE_SIZE - 1;

    /** The VP, as far as translation depends on it. */
    public interface Context {
        /** Registers that govern translation, as of now. */
        Translation translation();

        /** VTL that the VP runs in. */
        int vtl();
    }

    /** Registers of 32 bits that the VP itself has where there is no RAM. */
    public interface Registers {
        /** True if there is one at this address now. */
        boolean has(long gpa);

        /** Reads a register. */
        long read(long gpa);

        /** Writes a register. */
        void write(long gpa, long value);
    }

    /** Sees every access, by physically contiguous piece. */
    public interface Observer {
        /** An access that has passed all checks. */
        void accessed(AccessKind kind, long gva, long gpa, int length);
    }

    private final PartitionMemory memory;
    private final Context context;
    private final Optional<Registers> registers;
    private final TableMemory tables = new Tables();
    private final TranslationCache cache = new TranslationCache();
    private @Nullable Observer observer;
    private long faultAddress;

    public VirtualMemory(PartitionMemory memory, Context context, Optional<Registers> registers) {
        this.memory = memory;
        this.context = context;
        this.registers = registers;
    }

    /** Reports accesses to {@code newObserver}, or to nobody. */
    public void observe(@Nullable Observer newObserver) {
        observer = newObserver;
    }

    /** Virtual address of the access that ended in the last {@link GpaFault}. */
    public long faultAddress() {
        return faultAddress;
    }

    /** Translates an address for an access of the VP. */
    public long translate(long gva, AccessKind access) {
        return translate(context.translation(), gva, access);
    }

    /** Reads for execution: no observer is told. */
    public void fetch(long address, byte[] target, int length) {
        Translation mode = context.translation();
        for (int done = 0; done < length; ) {
            long gva = address + done;
            int chunk = Math.min(PAGE_SIZE - ((int) gva & OFFSET_MASK), length - done);
            long gpa = translate(mode, gva, AccessKind.EXECUTE);
            memory.read(context.vtl(), gpa, target, done, chunk);
            done += chunk;
        }
    }

    /** Reads 64 bits for execution: no observer is told. */
    public long fetchU64(long address) {
        if (((int) address & OFFSET_MASK) <= PAGE_SIZE - Long.BYTES) {
            long gpa = translate(address, AccessKind.EXECUTE);
            if (!memory.isOverlay(context.vtl(), gpa >>> 12)) {
                return memory.physical().readU64(gpa);
            }
        }
        byte[] bytes = new byte[Long.BYTES];
        fetch(address, bytes, bytes.length);
        return Bytes.wrap(bytes).u64(0);
    }

    /**
     * Reads without leaving a trace: no accessed bits, no event. For those who look from outside.
     *
     * @return empty if some byte cannot be reached
     */
    public Optional<Bytes> peek(long address, int length) {
        Translation mode = context.translation();
        byte[] content = new byte[length];
        try {
            for (int done = 0; done < length; ) {
                long gva = address + done;
                int chunk = Math.min(PAGE_SIZE - ((int) gva & OFFSET_MASK), length - done);
                long gpa =
                        mode.paging() && !mode.isCanonical(gva) ? -1 : mode.walk(tables, gva, PageWalker.READ, false);
                if (gpa < 0) {
                    return Optional.empty();
                }
                gpa = mode.alias().strip(gpa);
                memory.read(context.vtl(), gpa, content, done, chunk);
                done += chunk;
            }
        } catch (GpaFault unreachable) {
            return Optional.empty();
        }
        return Optional.of(Bytes.wrap(content));
    }

    @Override
    public void read(long address, byte[] target, int offset, int length) {
        Translation mode = context.translation();
        for (int done = 0; done < length; ) {
            long gva = address + done;
            int chunk = Math.min(PAGE_SIZE - ((int) gva & OFFSET_MASK), length - done);
            long gpa = translate(mode, gva, AccessKind.READ);
            memory.read(context.vtl(), gpa, target, offset + done, chunk);
            report(AccessKind.READ, gva, gpa, chunk);
            done += chunk;
        }
    }

    @Override
    public void write(long address, byte[] source, int offset, int length) {
        long[] gpas = translateForWriting(address, length);
        int page = 0;
        for (int done = 0; done < length; page++) {
            long gva = address + done;
            int chunk = Math.min(PAGE_SIZE - ((int) gva & OFFSET_MASK), length - done);
            memory.physical().write(gpas[page], source, offset + done, chunk);
            report(AccessKind.WRITE, gva, gpas[page], chunk);
            done += chunk;
        }
    }

    @Override
    public void zero(long address, long length) {
        // In pieces, so that a large area needs no large array; a fault leaves the pieces before it done.
        long pieceSize = 1 << 20;
        for (long done = 0; done < length; ) {
            long piece = Math.min(pieceSize, length - done);
            zeroPiece(address + done, (int) piece);
            done += piece;
        }
    }

    private void zeroPiece(long address, int length) {
        long[] gpas = translateForWriting(address, length);
        int page = 0;
        for (int done = 0; done < length; page++) {
            long gva = address + done;
            int chunk = Math.min(PAGE_SIZE - ((int) gva & OFFSET_MASK), length - done);
            memory.physical().zero(gpas[page], chunk);
            report(AccessKind.WRITE, gva, gpas[page], chunk);
            done += chunk;
        }
    }

    @Override
    public int readU8(long address) {
        return (int) readScalar(address, 1);
    }

    @Override
    public int readU16(long address) {
        return (int) readScalar(address, Short.BYTES);
    }

    @Override
    public long readU32(long address) {
        try {
            return readScalar(address, Integer.BYTES);
        } catch (GpaFault fault) {
            Registers found = registers(fault);
            report(AccessKind.READ, address, fault.gpa(), Integer.BYTES);
            return found.read(fault.gpa());
        }
    }

    /** Those at an address without RAM; fails as the access did if there are none. */
    private Registers registers(GpaFault fault) {
        boolean reached = fault.reason() == GpaFault.Reason.UNMAPPED && !fault.inTables();
        return registers.filter(it -> reached && it.has(fault.gpa())).orElseThrow(() -> fault);
    }

    @Override
    public long readU64(long address) {
        return readScalar(address, Long.BYTES);
    }

    @Override
    public void writeU8(long address, int value) {
        writeScalar(address, value, 1);
    }

    @Override
    public void writeU16(long address, int value) {
        writeScalar(address, value, Short.BYTES);
    }

    @Override
    public void writeU32(long address, long value) {
        try {
            writeScalar(address, value, Integer.BYTES);
        } catch (GpaFault fault) {
            registers(fault).write(fault.gpa(), value);
            report(AccessKind.WRITE, address, fault.gpa(), Integer.BYTES);
        }
    }

    @Override
    public void writeU64(long address, long value) {
        writeScalar(address, value, Long.BYTES);
    }

    private long readScalar(long address, int size) {
        if (((int) address & OFFSET_MASK) <= PAGE_SIZE - size) {
            long gpa = translate(address, AccessKind.READ);
            if (!memory.hasOverlays() || memory.overlay(context.vtl(), gpa) == null) {
                report(AccessKind.READ, address, gpa, size);
                return switch (size) {
                    case 1 -> memory.physical().readU8(gpa);
                    case 2 -> memory.physical().readU16(gpa);
                    case 4 -> memory.physical().readU32(gpa);
                    default -> memory.physical().readU64(gpa);
                };
            }
        }
        return switch (size) {
            case 1 -> Memory.super.readU8(address);
            case 2 -> Memory.super.readU16(address);
            case 4 -> Memory.super.readU32(address);
            default -> Memory.super.readU64(address);
        };
    }

    private void writeScalar(long address, long value, int size) {
        if (((int) address & OFFSET_MASK) > PAGE_SIZE - size) {
            byte[] bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) (value >>> 8 * i);
            }
            write(address, bytes, 0, size);
            return;
        }
        long gpa = translate(address, AccessKind.WRITE);
        switch (size) {
            case 1 -> memory.physical().writeU8(gpa, (int) value);
            case 2 -> memory.physical().writeU16(gpa, (int) value);
            case 4 -> memory.physical().writeU32(gpa, value);
            default -> memory.physical().writeU64(gpa, value);
        }
        report(AccessKind.WRITE, address, gpa, size);
    }

    private long[] translateForWriting(long address, int length) {
        Translation mode = context.translation();
        long[] gpas = new long[(int) ((address & OFFSET_MASK) + length + OFFSET_MASK >>> 12)];
        int page = 0;
        for (int done = 0; done < length; page++) {
            long gva = address + done;
            gpas[page] = translate(mode, gva, AccessKind.WRITE);
            done += Math.min(PAGE_SIZE - ((int) gva & OFFSET_MASK), length - done);
        }
        return gpas;
    }

    private long translate(Translation mode, long gva, AccessKind access) {
        int vtl = context.vtl();
        cache.keepFor(mode, vtl, memory.physical().translationVersion(), memory.version());
        long remembered = cache.find(gva, access);
        if (remembered >= 0) {
            return remembered;
        }
        faultAddress = gva;
        if (mode instanceof PagingMode x64 && x64.paging() && !x64.longMode()) {
            throw new IgvmToolException("paging outside long mode is not modelled");
        }
        if (mode.paging() && !mode.isCanonical(gva)) {
            throw GuestException.generalProtection(String.format("address 0x%x is not canonical", gva));
        }
        long walked = walk(mode, gva, access);
        long gpa = mode.alias().strip(walked);
        memory.check(vtl, gpa, access, mode.user());
        memory.checkState(vtl, gpa, isShared(mode, walked, access), access);
        boolean overlay = memory.overlay(vtl, gpa) != null;
        if (overlay && access == AccessKind.WRITE) {
            throw GuestException.generalProtection(String.format("write to the hypervisor's page at GPA 0x%x", gpa));
        }
        if (!overlay && !memory.physical().isRam(gpa)) {
            throw new GpaFault(GpaFault.Reason.UNMAPPED, gpa, access);
        }
        // The walk itself may have set accessed and dirty bits.
        cache.keepFor(mode, vtl, memory.physical().translationVersion(), memory.version());
        cache.put(gva, gpa, access);
        return gpa;
    }

    private long walk(Translation mode, long gva, AccessKind access) {
        long gpa;
        try {
            gpa = mode.walk(tables, gva, walkAccess(access), true);
        } catch (GpaFault fault) {
            throw fault.inWalk();
        }
        if (gpa < 0) {
            int code = (int) ~gpa;
            throw mode instanceof ArmTranslation ? abort(gva, access, code) : pageFault(gva, access, code);
        }
        return gpa;
    }

    /** Without paging, and for the code of an SNP guest, there is no alias but the private one. */
    private boolean isShared(Translation mode, long walked, AccessKind access) {
        boolean alwaysPrivate = memory.encryption() == Encryption.SNP && access == AccessKind.EXECUTE;
        return mode.paging() && !alwaysPrivate && mode.alias().isShared(walked);
    }

    /**
     * Where an address points, whatever the state of the page: for instructions that change it.
     *
     * @throws GuestException if the tables do not let it be written
     */
    public Target target(long gva) {
        Translation mode = context.translation();
        faultAddress = gva;
        if (!PageWalker.isCanonical(gva)) {
            throw GuestException.generalProtection(String.format("address 0x%x is not canonical", gva));
        }
        long walked = walk(mode, gva, AccessKind.WRITE);
        return new Target(mode.alias().strip(walked), isShared(mode, walked, AccessKind.WRITE));
    }

    /**
     * What a virtual address stands for.
     *
     * @param shared true if it is the shared alias of the page
     */
    public record Target(long gpa, boolean shared) {}

    private static GuestException pageFault(long gva, AccessKind access, int code) {
        return new GuestException(
                Vector.PAGE_FAULT,
                code,
                gva,
                String.format(
                        "page fault at 0x%x: %s of a page that %s, error code 0x%x",
                        gva,
                        access.name().toLowerCase(Locale.ROOT),
                        (code & PageFault.PRESENT) == 0 ? "is not present" : "does not permit it",
                        code));
    }

    private static ArmException abort(long gva, AccessKind access, int status) {
        int level = status & 3;
        String why =
                switch (status & ~3) {
                    case Syndrome.TRANSLATION -> "no valid entry at level " + level;
                    case Syndrome.ACCESS_FLAG -> "access flag clear at level " + level;
                    case Syndrome.PERMISSION -> "not permitted at level " + level;
                    default -> "address too large at level " + level;
                };
        int exceptionClass = access == AccessKind.EXECUTE ? Syndrome.INSTRUCTION_ABORT : Syndrome.DATA_ABORT;
        return new ArmException(
                Syndrome.of(exceptionClass, status | (access == AccessKind.WRITE ? Syndrome.WRITE : 0)),
                gva,
                String.format("abort at 0x%x: %s: %s", gva, access.name().toLowerCase(Locale.ROOT), why));
    }

    private void report(AccessKind kind, long gva, long gpa, int length) {
        if (observer != null) {
            observer.accessed(kind, gva, gpa, length);
        }
    }

    private static int walkAccess(AccessKind access) {
        return switch (access) {
            case READ -> PageWalker.READ;
            case WRITE -> PageWalker.WRITE;
            case EXECUTE -> PageWalker.EXECUTE;
        };
    }

    /** Page tables lie in guest memory as the VTL sees it. */
    private final class Tables implements TableMemory {
        @Override
        public long readEntry(long gpa) {
            memory.check(context.vtl(), gpa, AccessKind.READ, false);
            memory.checkState(context.vtl(), gpa, false, AccessKind.READ);
            memory.physical().watchTable(gpa);
            return memory.physical().readU64(gpa);
        }

        @Override
        public void writeEntry(long gpa, long value) {
            memory.check(context.vtl(), gpa, AccessKind.WRITE, false);
            memory.checkState(context.vtl(), gpa, false, AccessKind.WRITE);
            memory.physical().writeU64(gpa, value);
        }
    }
}
