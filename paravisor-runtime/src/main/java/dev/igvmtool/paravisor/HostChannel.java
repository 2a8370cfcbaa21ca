package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.get.GetChannel;
import dev.igvmtool.abi.get.GetMessage;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.PostMessageArgument;
import java.util.Optional;

/**
 * The channel to the host (GET), as one step uses it: a message is posted, or waited for, by a system call that ends the
 * step. What the host asks for while an answer is awaited is noted in {@link Variable#SAVE_REQUESTED}.
 */
record HostChannel(ParavisorProcess process) {
    /** No channel. */
    static final long NONE = -1;

    /** True if there is a channel. */
    boolean isOpen() {
        return process.get(Variable.GET_FILE) != NONE;
    }

    /** Posts a message. */
    void post(GetMessage message) {
        Bytes payload = message.toBytes();
        process.cpu().memory().writeBytes(process.at(DataLayout.INPUT), payload);
        PostMessageArgument argument = new PostMessageArgument(
                GetChannel.MESSAGE_TYPE, GetChannel.CONNECTION, payload.size(), process.at(DataLayout.INPUT));
        process.ioctl(
                process.get(Variable.GET_FILE),
                MshvIoctl.SINT_POST_MESSAGE,
                process.argument(PostMessageArgument.CODEC, argument));
    }

    /** Waits for a message. */
    void receive() {
        process.cpu()
                .systemCall(
                        Syscall.READ, process.get(Variable.GET_FILE), process.at(DataLayout.OUTPUT), HvMessage.SIZE);
    }

    /** The message that has come. */
    GetMessage received() {
        process.result("read a message of the host");
        return GetMessage.read(HvMessage.CODEC
                .read(process.read(DataLayout.OUTPUT, HvMessage.SIZE))
                .payload());
    }

    /** Body of the answer to a request, if that is what has come; a wish of the host is noted. */
    Optional<Bytes> answer(int id) {
        GetMessage message = received();
        if (message.is(GetMessage.HOST_RESPONSE, id)) {
            return Optional.of(message.body());
        }
        if (!message.is(GetMessage.GUEST_NOTIFICATION, GetMessage.SAVE)) {
            throw new ParavisorFailure(String.format(
                    "host sent message %d of type %d, expected the answer to %d",
                    message.header().id(), message.header().type(), id));
        }
        process.set(Variable.SAVE_REQUESTED, 1);
        return Optional.empty();
    }
}
