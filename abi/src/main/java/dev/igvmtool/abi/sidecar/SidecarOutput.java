package dev.igvmtool.abi.sidecar;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code SidecarOutput}, 3328 bytes at the start of one page: what the sidecar leaves for the boot shim, by RSI.
 *
 * @param error text in UTF-8, at most {@link SidecarLimits#MAX_ERROR_BYTES}; meaningful only if the call has failed
 * @param nodes always {@link SidecarLimits#MAX_NODES} records, in the order of the parameters; the rest is zero
 */
public record SidecarOutput(Bytes error, List<SidecarOutputNode> nodes) {
    /** Offset of the record of node 0. */
    public static final int NODES = 0x100;

    public static final Codec<SidecarOutput> CODEC = new OutputCodec();

    public SidecarOutput {
        nodes = List.copyOf(nodes);
        if (error.size() > SidecarLimits.MAX_ERROR_BYTES || nodes.size() != SidecarLimits.MAX_NODES) {
            throw new IllegalArgumentException("sidecar output of " + error.size() + " bytes of text and "
                    + nodes.size() + " nodes has the wrong shape");
        }
    }

    private static final class OutputCodec implements Codec<SidecarOutput> {
        @Override
        public int size() {
            return NODES + SidecarLimits.MAX_NODES * SidecarOutputNode.CODEC.size();
        }

        @Override
        public Optional<StructLayout> layout() {
            StructLayout node = SidecarOutputNode.CODEC.layout().orElseThrow();
            List<StructLayout.Field> fields = new ArrayList<>(List.of(
                    StructLayout.Field.integer("error.length", 0, 1),
                    StructLayout.Field.bytes("error.text", 1, SidecarLimits.MAX_ERROR_BYTES)));
            for (int i = 0; i < SidecarLimits.MAX_NODES; i++) {
                fields.add(StructLayout.Field.structure("nodes[" + i + "]", NODES + i * node.sizeBytes(), node));
            }
            return Optional.of(new StructLayout("SidecarOutput", size(), fields));
        }

        @Override
        public SidecarOutput read(ByteReader reader) {
            int length = reader.u8();
            Bytes error = reader.bytes(SidecarLimits.MAX_ERROR_BYTES).slice(0, length);
            List<SidecarOutputNode> nodes = new ArrayList<>();
            for (int i = 0; i < SidecarLimits.MAX_NODES; i++) {
                nodes.add(SidecarOutputNode.CODEC.read(reader));
            }
            return new SidecarOutput(error, nodes);
        }

        @Override
        public void write(ByteWriter writer, SidecarOutput value) {
            writer.u8(value.error.size()).bytes(value.error.paddedTo(SidecarLimits.MAX_ERROR_BYTES));
            value.nodes.forEach(node -> SidecarOutputNode.CODEC.write(writer, node));
        }
    }
}
