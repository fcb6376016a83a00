using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Images;

namespace ImageGateway.Ledger.Queries;

/// <summary>
/// An entry for finance: <c>created_at</c> is Unix seconds, amounts are USD, exact to nine decimals. Written member by member:
/// through a record, the tags of a million rows would be parsed and the attempts copied only to be written again.
/// </summary>
internal sealed class EntryJson : JsonConverter<LedgerRow>
{
    public override LedgerRow Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, LedgerRow value, JsonSerializerOptions options) => Write(writer, value);

    /// <summary>One object.</summary>
    public static void Write(Utf8JsonWriter json, LedgerRow row)
    {
        json.WriteStartObject();
        WriteJob(json, row);
        WriteUsage(json, row.Usage);
        WriteMoney(json, row);
        WriteOutcome(json, row);
        WriteAttempts(json, row);
        if (row.Corrections is { } corrections)
            WriteCorrections(json, corrections);
        json.WriteEndObject();
    }

    private static void WriteJob(Utf8JsonWriter json, LedgerRow row)
    {
        json.WriteString("id"u8, row.Id);
        json.WriteNumber("created_at"u8, row.CreatedAt / 1000);
        json.WriteString("tenant"u8, row.Tenant);
        json.WriteString("project"u8, row.Project);
        json.WriteString("key_id"u8, row.KeyId);
        json.WriteString("user"u8, row.User);
        json.WritePropertyName("tags"u8);
        json.WriteRawValue(row.Tags ?? "{}", skipInputValidation: true);
        json.WriteString("operation"u8, row.Operation);
        json.WriteString("route"u8, row.Route);
        json.WriteString("tier"u8, row.Tier);
        json.WriteString("requested_model"u8, row.RequestedModel);
        json.WriteString("served_model"u8, row.ServedModel);
        json.WriteString("target"u8, row.Target);
        json.WriteString("size"u8, row.Size);
        json.WriteString("quality"u8, row.Quality);
        json.WriteNumber("n"u8, row.N);
        json.WriteNumber("images"u8, row.Images);
    }

    private static void WriteUsage(Utf8JsonWriter json, TokenUsage usage)
    {
        if (usage.Total == 0)
        {
            json.WriteNull("usage"u8);
            return;
        }
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.TextInput + usage.ImageInput);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("text_tokens"u8, usage.TextInput);
        json.WriteNumber("image_tokens"u8, usage.ImageInput);
        json.WriteNumber("cached_text_tokens"u8, usage.CachedTextInput);
        json.WriteNumber("cached_image_tokens"u8, usage.CachedImageInput);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.ImageOutput + usage.TextOutput);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("image_tokens"u8, usage.ImageOutput);
        json.WriteNumber("text_tokens"u8, usage.TextOutput);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.Total);
        json.WriteEndObject();
    }

    private static void WriteMoney(Utf8JsonWriter json, LedgerRow row)
    {
        json.WriteNumber("charge_usd"u8, new NanoUsd(row.Charge).Usd);
        json.WriteString("basis"u8, row.Basis);
        json.WriteNumber("list_usd"u8, new NanoUsd(row.ListCost).Usd);
        json.WriteNumber("billed_usd"u8, new NanoUsd(row.BilledCost).Usd);
        json.WriteNumber("avoided_usd"u8, new NanoUsd(row.AvoidedCost).Usd);
        json.WriteNumber("worst_case_usd"u8, new NanoUsd(row.WorstCase).Usd);
        json.WriteString("price_book"u8, row.PriceBook);
    }

    private static void WriteOutcome(Utf8JsonWriter json, LedgerRow row)
    {
        json.WriteString("status"u8, row.Status);
        json.WriteString("error_code"u8, row.ErrorCode);
        json.WriteBoolean("stream"u8, row.Stream);
        if (row.FirstByteMs is { } firstByte)
            json.WriteNumber("first_byte_ms"u8, firstByte);
        else
            json.WriteNull("first_byte_ms"u8);
        json.WriteNumber("duration_ms"u8, row.DurationMs);
        json.WriteNumber("bytes_in"u8, row.BytesIn);
        json.WriteNumber("bytes_out"u8, row.BytesOut);
        json.WriteString("client_request_id"u8, row.ClientRequestId);
        json.WriteString("prompt_hash"u8, row.PromptHash);
        json.WriteString("corrects"u8, row.Corrects);
    }

    private static void WriteAttempts(Utf8JsonWriter json, LedgerRow row)
    {
        json.WriteStartArray("attempts"u8);
        foreach (var attempt in row.ReadAttempts())
        {
            json.WriteStartObject();
            json.WriteString("target"u8, attempt.Target);
            if (attempt.Status is { } status)
                json.WriteNumber("status"u8, status);
            else
                json.WriteNull("status"u8);
            json.WriteNumber("duration_ms"u8, attempt.DurationMs);
            json.WriteNumber("charge_usd"u8, new NanoUsd(attempt.Charge).Usd);
            json.WriteString("error_code"u8, attempt.ErrorCode);
            json.WriteString("upstream_request_id"u8, attempt.UpstreamRequestId);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteCorrections(Utf8JsonWriter json, IReadOnlyList<LedgerRow> corrections)
    {
        json.WriteStartArray("corrections"u8);
        foreach (var correction in corrections)
            Write(json, correction);
        json.WriteEndArray();
    }
}
