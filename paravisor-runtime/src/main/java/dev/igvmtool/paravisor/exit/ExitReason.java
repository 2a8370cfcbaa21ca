package dev.igvmtool.paravisor.exit;

import dev.igvmtool.abi.hv.CpuidIntercept;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HypercallIntercept;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.IoPortIntercept;
import dev.igvmtool.abi.hv.MemoryIntercept;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.MsrIntercept;

/** Why VTL0 was left, for people. */
public final class ExitReason {
    private ExitReason() {}

    /**
     * The kind of an exit with what tells it from others of its kind.
     *
     * @throws dev.igvmtool.abi.binary.FormatException if the message is shorter than its kind
     */
    public static String of(HvMessage message) {
        return switch (message.type()) {
            case MessageType.IO_PORT -> {
                IoPortIntercept port = IoPortIntercept.CODEC.read(message.payload());
                yield String.format("%s of I/O port 0x%x", port.isWrite() ? "write" : "read", port.port());
            }
            case MessageType.MSR -> {
                MsrIntercept msr = MsrIntercept.CODEC.read(message.payload());
                yield msr.header().access() == InterceptHeader.WRITE
                        ? String.format(
                                "write of 0x%x to MSR 0x%x",
                                msr.rdx() << 32 | msr.rax() & 0xffff_ffffL, msr.msrNumber())
                        : String.format("read of MSR 0x%x", msr.msrNumber());
            }
            case MessageType.CPUID -> {
                CpuidIntercept cpuid = CpuidIntercept.CODEC.read(message.payload());
                yield String.format("CPUID leaf 0x%x, subleaf 0x%x", cpuid.rax(), cpuid.rcx());
            }
            case MessageType.HYPERCALL -> {
                HypercallIntercept call = HypercallIntercept.CODEC.read(message.payload());
                yield String.format("hypercall 0x%04x", call.rcx() & 0xffff);
            }
            case MessageType.UNMAPPED_GPA, MessageType.GPA_INTERCEPT -> {
                MemoryIntercept memory = MemoryIntercept.CODEC.read(message.payload());
                yield String.format(
                        "%s of GPA 0x%x",
                        switch (memory.header().access()) {
                            case InterceptHeader.READ -> "read";
                            case InterceptHeader.WRITE -> "write";
                            default -> "execution";
                        },
                        memory.gpa());
            }
            default -> MessageType.nameOf(message.type());
        };
    }
}
