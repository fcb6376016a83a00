using System.IO.Pipelines;
using System.Text;
using ImageGateway.Caching;
using ImageGateway.Images;

namespace ImageGateway.Tests.Caching;

/// <summary>Answers as providers send them, and what becomes of them.</summary>
internal static class RecordedAnswers
{
    public const string Usage = """{"input_tokens":11,"input_tokens_details":{"image_tokens":0,"text_tokens":11},"output_tokens":273,"total_tokens":284}""";

    public static string Json(params byte[][] pictures) =>
        $$"""{"created":1760000000,"background":"opaque","output_format":"png","quality":"low","size":"1024x1024","data":[{{string.Join(',', pictures.Select(picture => $$"""{"b64_json":"{{Convert.ToBase64String(picture)}}"}"""))}}],"usage":{{Usage}}}""";

    public static string Event(string type, byte[] picture, string members) =>
        $$"""
        event: {{type}}
        data: {"type":"{{type}}","b64_json":"{{Convert.ToBase64String(picture)}}",{{members}}}


        """;

    public static string Completed(byte[] picture) =>
        Event("image_generation.completed", picture, $$""" "created_at":1760000000,"size":"1024x1024","quality":"low","background":"opaque","output_format":"png","usage":{{Usage}} """.Trim());

    public static string Partial(byte[] picture, int index) =>
        Event("image_generation.partial_image", picture, $""" "created_at":1760000000,"size":"1024x1024","quality":"low","background":"opaque","output_format":"png","partial_image_index":{index} """.Trim());

    /// <summary>What is made of an answer that comes in pieces of any length.</summary>
    public static StoredAnswer? Parsed(string text, Random random)
    {
        var cutter = new AnswerCutter(new BlockPool(), new BufferBudget(long.MaxValue));
        foreach (var piece in random.Pieces(Encoding.UTF8.GetBytes(text)))
            cutter.Write(piece.Span);
        return cutter.IsKept ? AnswerParser.Parse(cutter) : null;
    }

    public static StoredAnswer Stored(string text)
    {
        var cutter = new AnswerCutter(new BlockPool(), new BufferBudget(long.MaxValue));
        cutter.Write(Encoding.UTF8.GetBytes(text));
        return AnswerParser.Parse(cutter)!;
    }

    /// <summary>An answer of one picture of so many bytes, each drawn from a seed.</summary>
    public static StoredAnswer Of(int bytes, int seed = 1) => Stored(Json(new Random(seed).Bytes(bytes)));

    public static string Text(AnswerWriter writer)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        Assert.True(writer.WriteAsync(pipe.Writer, default).GetAwaiter().GetResult());
        pipe.Writer.Complete();
        using var read = new MemoryStream();
        pipe.Reader.CopyToAsync(read).GetAwaiter().GetResult();
        Assert.Equal(writer.Length, read.Length);
        return Encoding.UTF8.GetString(read.ToArray());
    }

    public static string Events(StoredAnswer answer, int partials = 3, int? count = null) => Text(AnswerWriter.Events(answer, Operation.Generation, partials, count));
}
