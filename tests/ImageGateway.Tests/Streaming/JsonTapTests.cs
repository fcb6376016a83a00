using System.Text;
using ImageGateway.Streaming;

namespace ImageGateway.Tests.Streaming;

public sealed class JsonTapTests
{
    [Fact]
    public void Answer_in_any_pieces_reads_as_it_does_whole() => Properties.Hold(2000, random =>
    {
        var text = new JsonAnswers(random).Draw();
        var expected = WholeAnswer.Read(text);
        var reader = new AnswerReader();
        var tap = new JsonTap();
        foreach (var piece in random.Pieces(Encoding.UTF8.GetBytes(text)))
        {
            reader.Write(piece.Span);
            tap.Write(piece.Span);
        }
        reader.Complete();
        tap.Complete();

        var read = new WholeAnswer(reader.Usage, reader.DataItems, reader.HasError, reader.Type, reader.Size, reader.Quality, reader.Background, reader.OutputFormat);
        Assert.True(expected == read, $"{text}\nexpected {expected}\nread     {read}");
        var facts = tap.Facts;
        Assert.Equal((expected.Usage, expected.Items, expected.Size, expected.OutputFormat), (facts.Usage, facts.Images, facts.Size, facts.OutputFormat));
    });

    [Fact]
    public void Reader_reset_forgets_the_text_before() => Properties.Hold(500, random =>
    {
        var reader = new AnswerReader();
        var before = Encoding.UTF8.GetBytes(new JsonAnswers(random).Draw());
        reader.Write(before.AsSpan(0, random.Next(before.Length + 1)));
        reader.Reset();
        var text = new JsonAnswers(random).Draw();
        reader.Write(Encoding.UTF8.GetBytes(text));
        reader.Complete();

        var expected = WholeAnswer.Read(text);
        Assert.Equal((expected.Usage, expected.Items, expected.HasError, expected.Type), (reader.Usage, reader.DataItems, reader.HasError, reader.Type));
    });

    [Theory]
    [InlineData("""{"data":[{"b64_json":"QUJD"}]}""", "Answer")]
    [InlineData("""{"created":1,"data":[{""", "Undecided")]
    [InlineData("""{"created":1,"data":[{"b64_json":"Q""", "Answer")]
    [InlineData("""{"data":[{"url":"https://pictures.example/1.png"}]}""", "Answer")]
    [InlineData("""{"error":null,"data":[{"b64_json":"QUJD"}]}""", "Answer")]
    [InlineData("""{"error":{"message":"no"}}""", "Error")]
    [InlineData("""{"created":1,"error":{"code":"contentFilter","message":"no"}}""", "Error")]
    [InlineData("""{"error":"no"}""", "Error")]
    [InlineData("""{"error":null}""", "Undecided")]
    [InlineData("""{"created":1,"data":[]}""", "Undecided")]
    [InlineData("""{"nested":{"error":{},"data":[{}]}}""", "Undecided")]
    [InlineData("""[{"error":{}}]""", "Undecided")]
    [InlineData("", "Undecided")]
    [InlineData("<html>Bad gateway</html>", "Undecided")]
    public void Verdict_follows_what_the_body_holds(string body, string verdict)
    {
        var tap = new JsonTap();
        tap.Write(Encoding.UTF8.GetBytes(body));
        tap.Complete();
        Assert.Equal(Enum.Parse<Verdict>(verdict), tap.Verdict);
    }

    [Theory]
    [InlineData("""{"data":[{}]}""", 0)]
    [InlineData("""{"data":[{"b64_json":null}]}""", 0)]
    [InlineData("""{"data":[{"b64_json":""},{"url":""}]}""", 0)]
    [InlineData("""{"data":[{"b64_json":1,"url":{"url":"x"}},["b64_json","AAAA"],"AAAA",null]}""", 0)]
    [InlineData("""{"data":[{"revised_prompt":"a fox","nested":{"b64_json":"AAAA"}}]}""", 0)]
    [InlineData("""{"data":[{"b64_json":"AAAA","b64_json":null}]}""", 0)]
    [InlineData("""{"data":[{"b64_json":"AAAA","url":null},{}]}""", 1)]
    [InlineData("""{"data":[{"b64_json":"AAAA","url":"https://pictures.example/1.png"}]}""", 1)]
    [InlineData("""{"data":[{"b64\u005fjson":"\u0041AAA"},{"url":"https://pictures.example/1.png"}]}""", 2)]
    public void Item_counts_that_has_a_picture_or_its_address(string body, int images)
    {
        var tap = new JsonTap();
        tap.Write(Encoding.UTF8.GetBytes(body));
        tap.Complete();
        Assert.Equal((images, images > 0 ? Verdict.Answer : Verdict.Undecided), (tap.Facts.Images, tap.Verdict));
    }

    // Fewer pictures than were asked for are a whole answer: some providers leave out what they refuse. Of what is not JSON nothing is known.
    [Theory]
    [InlineData("""{"created":1,"data":[{"b64_json":"AAAA"}]}""", true)]
    [InlineData("""{"created":1,"data":[{"b64_json":"AAAA"}]}\n""", true)]
    [InlineData("""{"created":1,"data":[{"b64_json":"AAAA"}]""", false)]
    [InlineData("""{"created":1,"data":[{"b64_json":"AA""", false)]
    [InlineData("""{"created":1,"data":[]}""", true)]
    [InlineData("<html>Bad", true)]
    [InlineData("", false)]
    public void Text_is_whole_when_it_has_ended(string body, bool isWhole)
    {
        var tap = new JsonTap();
        tap.Write(Encoding.UTF8.GetBytes(body.Replace("\\n", "\n", StringComparison.Ordinal)));
        tap.Complete();
        Assert.Equal(isWhole, tap.IsWhole(2));
    }

    [Theory]
    [InlineData("""{"usage":{"input_tokens":50,"output_tokens":4160},"data":[{"b64""", true)]
    [InlineData("""{"data":[{}],"usage":{"input_tokens":50,"output_tokens":4160""", false)]
    [InlineData("""{"data":[{}],"usage":{"input_tokens":50,"input_tokens_details":{"text_tokens":10""", false)]
    public void Usage_that_was_cut_is_not_known(string body, bool isKnown)
    {
        var tap = new JsonTap();
        tap.Write(Encoding.UTF8.GetBytes(body));
        tap.Complete();
        Assert.Equal(isKnown, tap.Facts.Usage is not null);
    }

    [Theory]
    [InlineData("""{"usage":{"input_tokens":50,"output_tokens":4160,"input_tokens_details":{"text_tokens":10,"image_tokens":40}}}""", "10 40 0 0 4160 0")]
    [InlineData("""{"usage":{"input_tokens":50,"output_tokens":4160}}""", "50 0 0 0 4160 0")]
    [InlineData("""{"usage":{"output_tokens":100,"output_tokens_details":{"text_tokens":30,"image_tokens":70}}}""", "0 0 0 0 70 30")]
    [InlineData("""{"usage":{"input_tokens":50,"input_tokens_details":{"text_tokens":10,"image_tokens":40,"cached_tokens":15}}}""", "10 40 10 5 0 0")]
    [InlineData("""{"usage":{"input_tokens":-5,"output_tokens":7}}""", "0 0 0 0 7 0")]
    [InlineData("""{"usage":{"input_tokens":5,"output_tokens":7},"usage":{"output_tokens":9}}""", "0 0 0 0 9 0")]
    [InlineData("""{"usage":{"input_tokens":5,"output_tokens":7},"usage":null}""", null)]
    [InlineData("""{"usage":{"input_tokens":5,"input_tokens":"6"}}""", null)]
    [InlineData("""{"usage":{"input_tokens_details":{"text_tokens":5}}}""", null)]
    [InlineData("""{"usage":[{"input_tokens":5}]}""", null)]
    [InlineData("""{"\u0075sage":{"input\u005ftokens":5}}""", "5 0 0 0 0 0")]
    public void Usage_counts_nothing_twice_and_loses_nothing(string body, string? expected)
    {
        var tap = new JsonTap();
        tap.Write(Encoding.UTF8.GetBytes(body));
        tap.Complete();
        var read = tap.Facts.Usage is { } usage
            ? $"{usage.TextInput} {usage.ImageInput} {usage.CachedTextInput} {usage.CachedImageInput} {usage.ImageOutput} {usage.TextOutput}"
            : null;
        Assert.Equal(expected, read);
    }
}
