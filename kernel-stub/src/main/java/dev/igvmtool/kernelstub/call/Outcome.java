package dev.igvmtool.kernelstub.call;

import dev.igvmtool.kernelstub.state.Task;

/** What a system call has come to. */
public sealed interface Outcome {
    /** It is done; {@code result} goes to RAX. */
    record Done(long result) implements Outcome {}

    /** It is done, and another process may run first; {@code result} goes to RAX. */
    record Yield(long result) implements Outcome {}

    /** The caller waits; the call is tried again after the event. */
    record Wait(Task.Event event) implements Outcome {}

    /** The caller's registers were replaced by those of a new program. */
    record Replaced() implements Outcome {}

    /** The caller has ended. */
    record Gone() implements Outcome {}

    /** The call goes on in a step of the kernel, which sets the result. */
    record Continue(String step) implements Outcome {}

    /** The caller's number 0. */
    Outcome SUCCESS = new Done(0);
}
