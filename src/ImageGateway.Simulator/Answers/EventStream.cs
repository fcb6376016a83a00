using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Answers;

/// <summary>The response as server-sent events: image by image, each preceded by its previews.</summary>
internal sealed class EventStream(ImageJob job, AnswerWriter answer, OpenCall call, TimeProvider clock)
{
    private readonly string _prefix = job.Operation == ImageOperation.Edit ? "image_edit" : "image_generation";

    public async Task WriteAsync()
    {
        answer.StartEvents();
        for (var index = 0; index < job.Count; index++)
            await WritePictureAsync(index);
    }

    private async Task WritePictureAsync(int index)
    {
        var picture = JobPictures.Of(job, index);
        for (var partial = 0; partial < job.PartialImages; partial++)
            await answer.WriteEventAsync(Partial(picture.DrawPartial(partial), partial), last: false);
        var png = picture.Draw();
        var usage = Tokens.OfStreamed(job, index)!;
        call.Bill(usage, [Convert.ToHexStringLower(SHA256.HashData(png))]);
        await answer.WriteEventAsync(Completed(png, usage), last: index == job.Count - 1);
    }

    private ReadOnlyMemory<byte> Partial(byte[] png, int index) =>
        Event($"{_prefix}.partial_image", png, json => json.WriteNumber("partial_image_index", index));

    private ReadOnlyMemory<byte> Completed(byte[] png, TokenUsage usage) =>
        Event($"{_prefix}.completed", png, json => Facts.Write(json, usage, outputDetails: false));

    private ReadOnlyMemory<byte> Event(string type, byte[] png, Action<Utf8JsonWriter> rest)
    {
        var bytes = new ArrayBufferWriter<byte>(png.Length * 4 / 3 + 1024);
        bytes.Write(Encoding.UTF8.GetBytes($"event: {type}\ndata: "));
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteBase64String("b64_json", png);
            json.WriteNumber("created_at", clock.GetUtcNow().ToUnixTimeSeconds());
            Facts.Write(json, job);
            rest(json);
            json.WriteEndObject();
        }

        bytes.Write("\n\n"u8);
        return bytes.WrittenMemory;
    }
}
