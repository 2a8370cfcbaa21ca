package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;
import java.util.function.Function;

/** The fields of a quote that a policy may fix to a value, or to one of several. */
public enum TdxField {
    MR_TD("mr_td", 48, TdBody::mrTd),
    MR_SEAM("mr_seam", 48, TdBody::mrSeam),
    MR_SIGNER_SEAM("mr_signer_seam", 48, TdBody::mrSignerSeam),
    MR_CONFIG_ID("mr_config_id", 48, TdBody::mrConfigId),
    MR_OWNER("mr_owner", 48, TdBody::mrOwner),
    MR_OWNER_CONFIG("mr_owner_config", 48, TdBody::mrOwnerConfig),
    RTMR0("rtmr0", 48, TdBody::rtmr0),
    RTMR1("rtmr1", 48, TdBody::rtmr1),
    RTMR2("rtmr2", 48, TdBody::rtmr2),
    RTMR3("rtmr3", 48, TdBody::rtmr3),
    REPORT_DATA("report_data", 64, TdBody::reportData),
    TD_ATTRIBUTES("td_attributes", 8, body -> number(body.tdAttributes())),
    XFAM("xfam", 8, body -> number(body.xfam())),
    SEAM_ATTRIBUTES("seam_attributes", 8, TdBody::seamAttributes),

    /** Version 5 only. */
    MR_SERVICE_TD("mr_service_td", 48);

    private final String text;
    private final int size;

    @SuppressWarnings("ImmutableEnumChecker") // A method reference, which has no state.
    private final Function<TdxQuote, Optional<Bytes>> value;

    TdxField(String text, int size, Function<TdBody, Bytes> value) {
        this.text = text;
        this.size = size;
        this.value = quote -> Optional.of(value.apply(quote.body()));
    }

    TdxField(String text, int size) {
        this.text = text;
        this.size = size;
        this.value = quote -> quote.body15().map(TdBody15::mrServiceTd);
    }

    private static Bytes number(long value) {
        return new ByteWriter().u64(value).toBytes();
    }

    /** Name in policies and verdicts. */
    public String text() {
        return text;
    }

    /** Bytes of the field. */
    public int size() {
        return size;
    }

    /** The field of a quote, in the order of its bytes; empty if quotes of this version do not have it. */
    public Optional<Bytes> of(TdxQuote quote) {
        return value.apply(quote);
    }
}
