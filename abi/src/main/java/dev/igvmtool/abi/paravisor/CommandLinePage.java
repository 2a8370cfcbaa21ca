package dev.igvmtool.abi.paravisor;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.List;
import java.util.Optional;

/**
 * {@code ParavisorCommandLine}: the measured kernel command line, exactly one page: u16 policy, u16 length, text filled
 * with zeros.
 *
 * @param policy {@link #POLICY_STATIC} or {@link #POLICY_APPEND_CHOSEN}; other values are kept
 * @param text UTF-8, without terminator, at most {@link #MAX_TEXT_BYTES} bytes
 */
public record CommandLinePage(int policy, Bytes text) {
    /** The text is the whole command line. */
    public static final int POLICY_STATIC = 0;

    /** What the host gives in {@code /chosen} of its device tree is appended. */
    public static final int POLICY_APPEND_CHOSEN = 1;

    /** Room for the text. */
    public static final int MAX_TEXT_BYTES = 4092;

    /** 4096 bytes; reading refuses a length that does not fit the page. */
    public static final Codec<CommandLinePage> CODEC = new PageCodec();

    private static final class PageCodec implements Codec<CommandLinePage> {
        @Override
        public int size() {
            return 4 + MAX_TEXT_BYTES;
        }

        @Override
        public Optional<StructLayout> layout() {
            return Optional.of(new StructLayout(
                    "ParavisorCommandLine",
                    size(),
                    List.of(
                            StructLayout.Field.integer("policy", 0, 2),
                            StructLayout.Field.integer("length", 2, 2),
                            StructLayout.Field.bytes("text", 4, MAX_TEXT_BYTES))));
        }

        @Override
        public CommandLinePage read(ByteReader reader) {
            int policy = reader.u16();
            int length = reader.u16();
            Bytes text = reader.bytes(MAX_TEXT_BYTES);
            if (length > MAX_TEXT_BYTES) {
                throw new FormatException(String.format(
                        "command line length is %d, the page has room for %d bytes", length, MAX_TEXT_BYTES));
            }
            return new CommandLinePage(policy, text.slice(0, length));
        }

        @Override
        public void write(ByteWriter writer, CommandLinePage value) {
            writer.u16(value.policy);
            writer.u16(value.text.size());
            writer.bytes(value.text.paddedTo(MAX_TEXT_BYTES));
        }
    }
}
