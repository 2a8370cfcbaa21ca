package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.snp.Ghcb;
import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.Partition;
import java.util.OptionalInt;

/**
 * VMGEXIT with a page: what the guest asks in it, the hypervisor answers there (GHCB specification, section 4.1; for
 * hypercalls, Hyper-V's use of the page).
 */
final class GhcbPageExits {
    private static final int PAGE_SHIFT = 12;
    private static final int LOW_32_SIZE = 4;
    private static final long LOW_32 = 0xffff_ffffL;
    private static final int STATE_HEADER_BYTES = 8;
    private static final long STATE_PAGE_MASK = 0x000f_ffff_ffff_f000L;
    private static final int STATE_LARGE_SHIFT = 56;
    private static final int STATE_OPERATION_SHIFT = 52;
    private static final int LARGE_PAGE_PAGES = 512;
    /** In the form of EVENTINJ: valid, exception, with an error code. */
    private static final long GENERAL_PROTECTION = 1L << 31 | 1 << 11 | 3 << 8 | Vector.GENERAL_PROTECTION.number();

    private final Vp vp;
    private final Partition partition;
    private final SnpPageStates pageStates;
    private final SnpProcessors processors;

    GhcbPageExits(Vp vp, SnpPageStates pageStates, SnpProcessors processors) {
        this.vp = vp;
        this.partition = vp.partition();
        this.pageStates = pageStates;
        this.processors = processors;
    }

    /** Answers the request in the page at {@code gpa}. */
    void serve(long gpa) {
        if (!partition.physical().isRam(gpa) || partition.memory().pageState(gpa >>> PAGE_SHIFT) != PageState.SHARED) {
            vp.stop(String.format("VMGEXIT with a GHCB page at 0x%x, which the host cannot see", gpa));
            return;
        }
        Ghcb page = new Ghcb(partition.physical(), gpa);
        long usage = page.usage();
        if (vp.state().registeredGhcb != gpa) {
            refuse(page, Ghcb.NOT_REGISTERED);
        } else if (usage == Ghcb.USAGE_HYPERCALL) {
            hypercall(page);
        } else if (usage != Ghcb.USAGE_BASE || page.protocolVersion() < 1 || page.protocolVersion() > Ghcb.VERSION) {
            refuse(page, Ghcb.INVALID_USAGE);
        } else if (!page.isValid(Ghcb.EXIT_CODE)
                || !page.isValid(Ghcb.EXIT_INFO_1)
                || !page.isValid(Ghcb.EXIT_INFO_2)) {
            refuse(page, Ghcb.MISSING_INPUT);
        } else {
            answer(page);
        }
    }

    private static void refuse(Ghcb page, long reason) {
        page.set(Ghcb.EXIT_INFO_1, Ghcb.MALFORMED);
        page.set(Ghcb.EXIT_INFO_2, reason);
    }

    private static void done(Ghcb page, long info) {
        page.set(Ghcb.EXIT_INFO_1, Ghcb.DONE);
        page.set(Ghcb.EXIT_INFO_2, info);
    }

    private void answer(Ghcb page) {
        long code = page.get(Ghcb.EXIT_CODE);
        if (code == SvmExit.CPUID) {
            cpuid(page);
        } else if (code == SvmExit.IOIO) {
            port(page);
        } else if (code == SvmExit.MSR) {
            msr(page);
        } else if (code == SvmExit.PAGE_STATE_CHANGE) {
            changePageStates(page);
        } else if (code == SvmExit.AP_CREATION) {
            create(page);
        } else if (code == SvmExit.RUN_VMPL) {
            if (processors.runVmpl(page.get(Ghcb.EXIT_INFO_1))) {
                done(page, 0);
            } else {
                refuse(page, Ghcb.INVALID_INPUT);
            }
        } else if (code == SvmExit.HYPERVISOR_FEATURES) {
            done(page, SnpProcessors.FEATURES);
        } else {
            refuse(page, Ghcb.INVALID_EVENT);
        }
    }

    private void cpuid(Ghcb page) {
        if (!page.isValid(Gpr.RAX) || !page.isValid(Gpr.RCX)) {
            refuse(page, Ghcb.MISSING_INPUT);
            return;
        }
        CpuidResult result = vp.platform().hostCpuid((int) page.get(Gpr.RAX), (int) page.get(Gpr.RCX));
        page.clearValid();
        page.set(Gpr.RAX, Integer.toUnsignedLong(result.eax()));
        page.set(Gpr.RBX, Integer.toUnsignedLong(result.ebx()));
        page.set(Gpr.RCX, Integer.toUnsignedLong(result.ecx()));
        page.set(Gpr.RDX, Integer.toUnsignedLong(result.edx()));
        done(page, 0);
    }

    /** IN and OUT of a register; strings need the buffer and are refused. */
    private void port(Ghcb page) {
        long info = page.get(Ghcb.EXIT_INFO_1);
        int size = (int) (info >>> SvmExit.IO_SIZE_SHIFT) & 7;
        boolean sized = size == 1 || size == 2 || size == LOW_32_SIZE;
        if (!sized || (info & (SvmExit.IO_STRING | SvmExit.IO_REPEATED)) != 0) {
            refuse(page, Ghcb.INVALID_INPUT);
            return;
        }
        int port = (int) (info >>> SvmExit.IO_PORT_SHIFT) & 0xffff;
        if ((info & SvmExit.IO_READ) != 0) {
            int value = vp.platform().hostIn(port, size);
            page.clearValid();
            page.set(Gpr.RAX, Integer.toUnsignedLong(value));
        } else if (page.isValid(Gpr.RAX)) {
            vp.platform().hostOut(port, size, (int) page.get(Gpr.RAX));
            page.clearValid();
        } else {
            refuse(page, Ghcb.MISSING_INPUT);
            return;
        }
        done(page, 0);
    }

    private void msr(Ghcb page) {
        boolean write = page.get(Ghcb.EXIT_INFO_1) == 1;
        if (!page.isValid(Gpr.RCX) || write && !(page.isValid(Gpr.RAX) && page.isValid(Gpr.RDX))) {
            refuse(page, Ghcb.MISSING_INPUT);
            return;
        }
        int number = (int) page.get(Gpr.RCX);
        try {
            if (write) {
                long value = page.get(Gpr.RDX) << 32 | page.get(Gpr.RAX) & LOW_32;
                if (!vp.platform().hostWriteMsr(number, value)) {
                    takeException(page);
                    return;
                }
                page.clearValid();
            } else {
                long value = vp.platform().hostReadMsr(number);
                page.clearValid();
                page.set(Gpr.RAX, value & LOW_32);
                page.set(Gpr.RDX, value >>> 32);
            }
            done(page, 0);
        } catch (GuestException unknown) {
            takeException(page);
        }
    }

    private static void takeException(Ghcb page) {
        page.clearValid();
        page.set(Ghcb.EXIT_INFO_1, Ghcb.TAKE_EXCEPTION);
        page.set(Ghcb.EXIT_INFO_2, GENERAL_PROTECTION);
    }

    /** A list of pages in the page's buffer: u16 present and u16 last entry, 4 bytes, then entries of 8 bytes. */
    private void changePageStates(Ghcb page) {
        long list = page.get(Ghcb.SCRATCH);
        long offset = list - page.address() - Ghcb.SHARED_BUFFER;
        if (!page.isValid(Ghcb.SCRATCH)
                || offset < 0
                || (offset & Long.BYTES - 1) != 0
                || offset > Ghcb.SHARED_BUFFER_BYTES - STATE_HEADER_BYTES) {
            refuse(page, Ghcb.INVALID_SCRATCH);
            return;
        }
        long room = (Ghcb.SHARED_BUFFER_BYTES - offset) / Long.BYTES - 1;
        int last = page.memory().readU16(list + Short.BYTES);
        for (int i = page.memory().readU16(list); i <= last; i++) {
            if (i >= room || !change(page.memory().readU64(list + STATE_HEADER_BYTES + (long) i * Long.BYTES))) {
                done(page, 1L << 32 | i);
                return;
            }
            page.memory().writeU16(list, i + 1);
        }
        done(page, 0);
    }

    private boolean change(long entry) {
        long gpa = entry & STATE_PAGE_MASK;
        int operation = (int) (entry >>> STATE_OPERATION_SHIFT) & 0xf;
        int pages = (entry >>> STATE_LARGE_SHIFT & 1) != 0 ? LARGE_PAGE_PAGES : 1;
        for (int i = 0; i < pages; i++) {
            if (!pageStates.change(gpa + ((long) i << PAGE_SHIFT), operation)) {
                return false;
            }
        }
        return true;
    }

    private void create(Ghcb page) {
        long info = page.get(Ghcb.EXIT_INFO_1);
        OptionalInt target = partition.vpWithApicId((int) (info >>> 32));
        boolean done = page.isValid(Gpr.RAX)
                && target.isPresent()
                && processors.create(
                        partition.vp(target.getAsInt()),
                        (int) (info >>> 16) & 0xf,
                        (int) info & 0xffff,
                        page.get(Ghcb.EXIT_INFO_2),
                        page.get(Gpr.RAX));
        if (done) {
            done(page, 0);
        } else {
            refuse(page, Ghcb.INVALID_INPUT);
        }
    }

    /** Input at the start of the page, output where it says, result in place of the control word. */
    private void hypercall(Ghcb page) {
        HypercallControl control = new HypercallControl(page.get(Ghcb.HYPERCALL_CONTROL));
        HypercallResult result = control.fast()
                ? HypercallResult.of(HvStatus.INVALID_HYPERCALL_INPUT, 0)
                : partition.hypercalls().call(vp, control, page.address(), page.get(Ghcb.HYPERCALL_OUTPUT_GPA));
        vp.registersChanged();
        page.memory().writeU64(page.address() + Ghcb.HYPERCALL_CONTROL, result.value());
    }
}
