using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Answers;

/// <summary>The response as one JSON document.</summary>
internal sealed class JsonAnswer(ImageJob job, Surface surface, DateTimeOffset now)
{
    public (ReadOnlyMemory<byte> Body, string[] Images) Write(Func<byte[], string> addressOf)
    {
        var pictures = Enumerable.Range(0, job.Count).Select(index => JobPictures.Of(job, index).Draw()).ToArray();
        var body = new ArrayBufferWriter<byte>(pictures.Sum(png => png.Length) * 4 / 3 + 4096);
        using (var json = new Utf8JsonWriter(body))
            WriteDocument(json, pictures, addressOf);
        return (body.WrittenMemory, [.. pictures.Select(png => Convert.ToHexStringLower(SHA256.HashData(png)))]);
    }

    private void WriteDocument(Utf8JsonWriter json, byte[][] pictures, Func<byte[], string> addressOf)
    {
        json.WriteStartObject();
        json.WriteNumber("created", now.ToUnixTimeSeconds());
        if (job.Model.IsGpt)
            Facts.Write(json, job);
        json.WriteStartArray("data");
        foreach (var png in pictures)
            WriteItem(json, png, addressOf);
        json.WriteEndArray();
        if (job.CostTicks is { } ticks)
            WriteCost(json, ticks);
        if (Tokens.Of(job, partialImagesSent: 0) is { } usage)
            Facts.Write(json, usage, outputDetails: surface == Surface.OpenAI);
        json.WriteEndObject();
    }

    private void WriteItem(Utf8JsonWriter json, byte[] png, Func<byte[], string> addressOf)
    {
        json.WriteStartObject();
        if (job.AsUrl)
            json.WriteString("url", addressOf(png));
        else
            json.WriteBase64String("b64_json", png);
        if (job.SaysType)
            json.WriteString("type", job.AsUrl ? "url" : "b64_json");
        if (job.CostTicks is not null)
            json.WriteBoolean("respect_moderation", true);
        else if (!job.Model.IsGpt)
            WriteDallE(json);
        json.WriteEndObject();
    }

    private static void WriteCost(Utf8JsonWriter json, long ticks)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("cost_in_usd_ticks", ticks);
        json.WriteEndObject();
    }

    private void WriteDallE(Utf8JsonWriter json)
    {
        if (job.Style is not null || job.Model.MaxImages == 1)
            json.WriteString("revised_prompt", $"A {job.Style ?? "vivid"} picture of: {job.Prompt}");
        if (surface == Surface.OpenAI)
            return;
        json.WritePropertyName("content_filter_results");
        AzureErrors.FilterResults().WriteTo(json);
        json.WritePropertyName("prompt_filter_results");
        AzureErrors.FilterResults().WriteTo(json);
    }
}

/// <summary>Members that documents and events share.</summary>
internal static class Facts
{
    public static void Write(Utf8JsonWriter json, ImageJob job)
    {
        json.WriteString("background", job.Background);
        json.WriteString("output_format", "png");
        json.WriteString("quality", job.Quality);
        json.WriteString("size", job.Size);
    }

    public static void Write(Utf8JsonWriter json, TokenUsage usage, bool outputDetails)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.InputTokens);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("image_tokens", usage.InputImageTokens);
        json.WriteNumber("text_tokens", usage.InputTextTokens);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.OutputTokens);
        if (outputDetails)
        {
            json.WriteStartObject("output_tokens_details");
            json.WriteNumber("image_tokens", usage.OutputTokens);
            json.WriteNumber("text_tokens", 0);
            json.WriteEndObject();
        }

        json.WriteNumber("total_tokens", usage.TotalTokens);
        json.WriteEndObject();
    }
}
