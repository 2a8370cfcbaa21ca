package dev.igvmtool.paravisor.exit;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.MessageType;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The run page is memory that others write: any message gives an action or a {@link FormatException}. */
class ExitHandlerRobustnessTest {
    private static final int ROUNDS = 2000;

    @ParameterizedTest
    @ValueSource(
            ints = {
                MessageType.IO_PORT,
                MessageType.MSR,
                MessageType.CPUID,
                MessageType.HYPERCALL,
                MessageType.APIC_EOI,
                MessageType.GPA_INTERCEPT,
                MessageType.UNRECOVERABLE_EXCEPTION,
                MessageType.NONE
            })
    void randomMessagesNeverFailOtherwise(int type) {
        Random random = new Random(type);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] page = new byte[HvMessage.SIZE];
            random.nextBytes(page);
            for (int b = 0; b < Integer.BYTES; b++) {
                page[b] = (byte) (type >>> 8 * b);
            }
            Bytes bytes = Bytes.wrap(page);
            try {
                HvMessage message = HvMessage.CODEC.read(bytes);
                long rax = message.payload().size() >= 56 ? message.payload().u64(48) : 0;
                assertNotNull(new ExitHandler(GuestDevices.RESET).handle(MessageExit.of(message, rax)));
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 0, "messages of a size that the format does not allow are refused");
    }
}
