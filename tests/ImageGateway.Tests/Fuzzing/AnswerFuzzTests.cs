using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Streaming;
using ImageGateway.Tests.Caching;
using ImageGateway.Tests.Catalog;
using ImageGateway.Tests.Routing;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>Whatever a provider answers: it is read alike in pieces of any length, nothing is thrown, and what is kept of it can be given again.</summary>
public sealed class AnswerFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] NoSecrets = ["provider"];

    private readonly BlockPool _pool = new();
    private readonly BufferBudget _budget = new(1 << 20);

    [Fact]
    public void Tap_reads_the_same_of_any_pieces() => Fuzz(12_000, (body, random) =>
    {
        foreach (var make in (Func<Tap>[])[() => new JsonTap(), () => new EventStreamTap()])
        {
            var (whole, pieces) = (make(), make());
            whole.Write(body);
            foreach (var piece in random.Pieces(body))
            {
                pieces.Write(piece.Span);
                if (random.Chance(2))
                    AssertEnds(pieces);
            }
            Assert.Equal(whole.Facts, pieces.Facts);
            // What looks like a picture is believed before more of it could contradict.
            Assert.True(pieces.Verdict == whole.Verdict || pieces is EventStreamTap { Verdict: Verdict.Answer }, $"{pieces.Verdict} instead of {whole.Verdict}");
            whole.Complete();
            pieces.Complete();
            Assert.Equal(whole.Facts, pieces.Facts);
            AssertSane(whole.Facts);
        }
    });

    [Fact]
    public void Answer_that_is_kept_can_be_given_again() => Fuzz(12_000, (body, random) =>
    {
        using (var recorder = new AnswerRecording(_pool, _budget))
        {
            using var live = random.Chance(50) ? recorder.Follow() : null;
            foreach (var piece in random.Pieces(body))
                recorder.Append(piece.Span);
            recorder.End();
            for (var more = live is not null; more;)
                more = live!.NextAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is not null;
            if (recorder.Answer() is { } answer)
                AssertGivenAgain(answer, body);
        }
        Assert.Equal(0, _budget.Held);
    });

    [Fact]
    public void Failure_of_a_provider_is_an_error_in_the_envelope() => Fuzz(12_000, (body, random) =>
    {
        using var response = new HttpResponseMessage((HttpStatusCode)random.Pick(200, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 599));
        response.Headers.TryAddWithoutValidation(random.Pick("Retry-After", "retry-after-ms", "x-ms-retry-after-ms"), random.Pick("1", "-1", "1e300", "NaN", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "\u00e9", ""));
        using var job = Plans.Job("gpt-image-1");
        var attempt = new Attempt(job, ShippedCatalogue.Model("gpt-image-1"), "img-std", [], new DefaultHttpContext());
        var failure = UpstreamErrors.Map(response, body, attempt, NoSecrets, DateTimeOffset.UnixEpoch);
        var error = failure.Error;
        Assert.InRange(ErrorEnvelope.Status(error), 400, 504);
        Assert.NotEqual(ErrorKind.Internal, error.Kind);
        using var shown = JsonDocument.Parse(ErrorEnvelope.Body(error));
        Assert.DoesNotContain("img-std", shown.RootElement.GetProperty("error").GetProperty("message").GetString()!, StringComparison.OrdinalIgnoreCase);
        ErrorEnvelope.SetHead(new DefaultHttpContext().Response, error);
        // As it is kept for those that repeat the request.
        Assert.Equal(ErrorEnvelope.Body(error), ErrorEnvelope.Body(Idempotency.Read(Idempotency.Written(error)).Error));
    });

    private void Fuzz(int inputs, Action<byte[], Random> law) => new Fuzzer(output).Run(inputs, random =>
    {
        var (mutator, seed, other) = (new Mutator(random), random.Pick([.. Seed.Answers]).Body, random.Pick([.. Seed.Answers]).Body);
        return random.Next(4) switch
        {
            0 => mutator.Bytes(seed, other),
            1 => mutator.Pieces(seed, "\n\n", "\n", ":", ",", "\""),
            2 => [.. Encoding.UTF8.GetBytes($"event: {random.Pick("error", "image_generation.completed", "image_edit.partial_image")}{random.Pick("\n", "\r", "\r\n")}data:"), .. mutator.Json(Json(seed)), .. Encoding.UTF8.GetBytes(random.Pick("\n\n", "\r\r", "\r\n\r\n", "\n", ""))],
            _ => mutator.Json(Json(seed)),
        };
    }, law);

    // The first JSON in it: a body, or an event's data.
    private static byte[] Json(byte[] answer) => answer[0] == '{' ? answer : answer[answer.AsSpan().IndexOf((byte)'{')..answer.AsSpan().IndexOf("}\n"u8)] is var data ? [.. data, (byte)'}'] : [];

    private static void AssertEnds(Tap tap)
    {
        if (tap is EventStreamTap stream)
            Assert.EndsWith("\n\n", Encoding.UTF8.GetString(ErrorEvent.After(stream, new GatewayError(ErrorKind.UpstreamError, "It broke off."))), StringComparison.Ordinal);
    }

    private static void AssertSane(AnswerFacts facts)
    {
        Assert.True(facts.Images >= 0 && facts.PartialImages >= 0);
        Assert.True(facts.Usage is not { } usage || usage is { TextInput: >= 0, ImageInput: >= 0, CachedTextInput: >= 0, CachedImageInput: >= 0, ImageOutput: >= 0, TextOutput: >= 0 });
        Assert.All((string?[])[facts.Size, facts.Quality, facts.Background, facts.OutputFormat], word => Assert.True(word is null or { Length: <= JsonScanner.MaxToken }));
    }

    private static void AssertGivenAgain(StoredAnswer answer, byte[] body)
    {
        Assert.True(answer.Bytes < (3 * body.Length) + 10_000);
        // What an event holds stands two levels deeper in a JSON answer.
        using var json = JsonDocument.Parse(RecordedAnswers.Text(AnswerWriter.Json(answer)), new JsonDocumentOptions { MaxDepth = 66 });
        Assert.Equal(answer.Pictures.Count, json.RootElement.GetProperty("data").GetArrayLength());
        var events = new EventStreamTap();
        events.Write(Encoding.UTF8.GetBytes(RecordedAnswers.Events(answer)));
        Assert.Equal(answer.Pictures.Count, events.Facts.Images);
        if (!answer.IsStream)
            AssertSaid(answer, body);
    }

    // What is kept is what a reader of the whole JSON finds, to the byte.
    private static void AssertSaid(StoredAnswer answer, byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        var items = json.RootElement.EnumerateObject().Where(member => member.NameEquals("data") && member.Value.ValueKind == JsonValueKind.Array).SelectMany(data => data.Value.EnumerateArray());
        var pictures = items.SelectMany(item => item.EnumerateObject()).Where(member => member.NameEquals("b64_json") && member.Value.ValueKind == JsonValueKind.String);
        var said = pictures.Select(member => Convert.ToHexString(member.Value.GetBytesFromBase64())).ToHashSet();
        Assert.All(answer.Pictures.Where(picture => !picture.Bytes.IsEmpty), picture => Assert.Contains(Convert.ToHexString(picture.Bytes.Sequence.ToArray()), said));
    }
}
