package dev.igvmtool.abi.sidecar;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code SidecarParams}, 3489 bytes at the start of one page: what the boot shim says to the sidecar, by RDI.
 *
 * @param hypercallPage GPA of the hypercall page in use by the shim
 * @param enableLogging whether to log to COM3
 * @param nodes at most {@link SidecarLimits#MAX_NODES}
 * @param perCpuActive whether {@code startsVp} is meaningful
 * @param startsVp {@link SidecarLimits#MAX_PER_CPU_FLAGS} flags by VP index: 1 if the sidecar starts the VP, 0 if the
 *     kernel does
 */
public record SidecarParams(
        long hypercallPage,
        boolean enableLogging,
        List<SidecarNodeRecord> nodes,
        boolean perCpuActive,
        Bytes startsVp) {
    /** 3489 bytes; a node count above the limit is a {@link FormatException}. */
    public static final Codec<SidecarParams> CODEC = new ParamsCodec();

    /** Flags that leave every VP to the sidecar. */
    public static final Bytes ALL_VPS = allVps();

    public SidecarParams {
        nodes = List.copyOf(nodes);
        if (nodes.size() > SidecarLimits.MAX_NODES || startsVp.size() != SidecarLimits.MAX_PER_CPU_FLAGS) {
            throw new IllegalArgumentException("sidecar parameters of " + nodes.size() + " nodes and " + startsVp.size()
                    + " flags do not fit their page");
        }
    }

    /** Parameters without per-CPU override. */
    public SidecarParams(long hypercallPage, boolean enableLogging, List<SidecarNodeRecord> nodes) {
        this(hypercallPage, enableLogging, nodes, false, ALL_VPS);
    }

    private static Bytes allVps() {
        byte[] flags = new byte[SidecarLimits.MAX_PER_CPU_FLAGS];
        Arrays.fill(flags, (byte) 1);
        return Bytes.wrap(flags);
    }

    private static final class ParamsCodec implements Codec<SidecarParams> {
        private static final int PADDING_BYTES = 3;
        private static final int NODES = 0x10;

        @Override
        public int size() {
            return NODES
                    + SidecarLimits.MAX_NODES * SidecarNodeRecord.CODEC.size()
                    + 1
                    + SidecarLimits.MAX_PER_CPU_FLAGS;
        }

        @Override
        public Optional<StructLayout> layout() {
            StructLayout node = SidecarNodeRecord.CODEC.layout().orElseThrow();
            List<StructLayout.Field> fields = new ArrayList<>(List.of(
                    StructLayout.Field.integer("hypercall_page", 0, 8),
                    StructLayout.Field.integer("enable_logging", 8, 1),
                    StructLayout.Field.integer("node_count", 12, 4)));
            for (int i = 0; i < SidecarLimits.MAX_NODES; i++) {
                fields.add(StructLayout.Field.structure("nodes[" + i + "]", NODES + i * node.sizeBytes(), node));
            }
            int flags = NODES + SidecarLimits.MAX_NODES * node.sizeBytes();
            fields.add(StructLayout.Field.integer("per_cpu_state_specified", flags, 1));
            fields.add(StructLayout.Field.bytes("sidecar_starts_cpu", flags + 1, SidecarLimits.MAX_PER_CPU_FLAGS));
            return Optional.of(new StructLayout("SidecarParams", size(), fields));
        }

        @Override
        public SidecarParams read(ByteReader reader) {
            long hypercallPage = reader.u64();
            boolean enableLogging = reader.u8() != 0;
            reader.skip(PADDING_BYTES);
            long count = reader.u32();
            if (count > SidecarLimits.MAX_NODES) {
                throw new FormatException("sidecar parameters name " + count + " nodes, at offset 0xc, at most "
                        + SidecarLimits.MAX_NODES + " fit");
            }
            List<SidecarNodeRecord> nodes = new ArrayList<>();
            for (int i = 0; i < SidecarLimits.MAX_NODES; i++) {
                SidecarNodeRecord node = SidecarNodeRecord.CODEC.read(reader);
                if (i < count) {
                    nodes.add(node);
                }
            }
            boolean perCpuActive = reader.u8() != 0;
            return new SidecarParams(
                    hypercallPage, enableLogging, nodes, perCpuActive, reader.bytes(SidecarLimits.MAX_PER_CPU_FLAGS));
        }

        @Override
        public void write(ByteWriter writer, SidecarParams value) {
            writer.u64(value.hypercallPage).u8(value.enableLogging ? 1 : 0).zeros(PADDING_BYTES);
            writer.u32(value.nodes.size());
            value.nodes.forEach(node -> SidecarNodeRecord.CODEC.write(writer, node));
            writer.zeros((SidecarLimits.MAX_NODES - value.nodes.size()) * SidecarNodeRecord.CODEC.size());
            writer.u8(value.perCpuActive ? 1 : 0).bytes(value.startsVp);
        }
    }
}
