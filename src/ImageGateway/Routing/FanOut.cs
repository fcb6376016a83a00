using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>
/// Serves a request for more images than one call returns: several calls in parallel, whose responses are merged in order, with
/// usage summed. The responses are held until all are complete, in pooled memory and then on disk.
/// </summary>
internal sealed class FanOut(BlockPool pool, BufferBudget budget, UpstreamCall calls, TimeProvider time)
{
    private const int AtATime = 4;

    /// <summary>
    /// Makes the calls and answers the client; returns the failure if there is nothing to answer with, and the outcome for the
    /// target.
    /// </summary>
    public async Task<(UpstreamFailure? Failure, UpstreamFailure? Outcome)> RunAsync(HttpContext http, JobRecord record, PlannedTarget planned, RoutePolicy route)
    {
        var parts = new FanOutPart?[planned.Calls];
        try
        {
            var failure = await CallAllAsync(http, record, planned, parts);
            var came = parts.OfType<FanOutPart>().ToList();
            if (came.Count == 0 || (failure is not null && route.Partial == PartialAction.Fail))
                return (came.Count > 0 ? failure?.WithPaid() : failure, failure);
            Delivery.Describe(http, record, planned);
            record.Complete();
            await record.CloseAsync();
            await WriteAsync(http, record, came);
            return (null, failure);
        }
        finally
        {
            foreach (var part in parts)
                part?.Dispose();
        }
    }

    // After a failure no further call starts; calls in flight run to their end, since they are paid for, and their outcome
    // counts too.
    private async Task<UpstreamFailure?> CallAllAsync(HttpContext http, JobRecord record, PlannedTarget planned, FanOutPart?[] parts)
    {
        var failures = new ConcurrentBag<UpstreamFailure>();
        var atATime = Math.Min(AtATime, planned.Target.Concurrent ?? AtATime);
        await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = http.RequestAborted }, async (i, _) =>
        {
            if (!failures.IsEmpty)
                return;
            var (part, failed) = await CallAsync(http, record, planned, i);
            parts[i] = part;
            if (failed is not null)
                failures.Add(failed);
        });
        return UpstreamFailure.OfAll([.. failures]);
    }

    private async Task<(FanOutPart? Part, UpstreamFailure? Failure)> CallAsync(HttpContext http, JobRecord record, PlannedTarget planned, int index)
    {
        var each = planned.Target.Model.MaxN;
        var count = Math.Min(each, planned.Dialect.Sent.Count - (index * each));
        ParameterChange[] edits = [.. planned.Dialect.Edits.Where(edit => edit.Name != "n"), new("n", $"{count}", IsText: false)];
        using var call = await calls.AnnounceAsync(record, planned, edits, count, http);
        var bytes = new SpooledBytes(pool, budget);
        var part = (FanOutPart?)null;
        try
        {
            var (answer, failure) = await calls.BeginAsync(call, PipeWriter.Create(new SpoolStream(bytes)));
            if (answer is null)
                return (null, failure);
            await using (answer)
                (part, failure) = await ReadAsync(answer, call, record, bytes);
            return (part, failure);
        }
        finally
        {
            if (part is null)
                bytes.Dispose();
        }
    }

    private static async Task<(FanOutPart? Part, UpstreamFailure? Failure)> ReadAsync(Answer answer, Call call, JobRecord record, SpooledBytes bytes)
    {
        try
        {
            var end = await answer.PassAsync(call.Clock);
            var isWhole = end == RelayEnd.Complete && answer.Tap.Facts.Images > 0;
            var failure = isWhole ? null : UpstreamFailure.BrokeOff(call.Clock.Error);
            call.End(answer, end, Call.Code(end, failure));
            return (isWhole ? new FanOutPart(bytes, answer.Tap.Facts) : null, failure);
        }
        catch (GatewayException e)
        {
            throw new GatewayException(record.Upstream = call.NotKept(answer, e), e);
        }
    }

    private async Task WriteAsync(HttpContext http, JobRecord record, List<FanOutPart> parts)
    {
        try
        {
            await WriteAsync(http, parts);
        }
        catch (GatewayException e)
        {
            throw new GatewayException(record.Upstream = Call.Final(e.Error), e); // it is withheld, and there is no room for it
        }
    }

    private async Task WriteAsync(HttpContext http, List<FanOutPart> parts)
    {
        http.Response.ContentType = "application/json";
        var writer = http.Response.BodyWriter;
        writer.Write(Encoding.UTF8.GetBytes($$"""{"created":{{time.GetUtcNow().ToUnixTimeSeconds()}},"data":["""));
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0)
                writer.Write(","u8);
            await parts[i].WriteItemsAsync(writer, http.RequestAborted);
        }
        writer.Write("]"u8);
        writer.Write(Tail(parts));
        await writer.FlushAsync(http.RequestAborted);
    }

    private static byte[] Tail(List<FanOutPart> parts)
    {
        var (facts, usage) = (parts[0].Facts, FanOutPart.Sum(parts));
        var text = new StringBuilder();
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("background", facts.Background), ("output_format", facts.OutputFormat), ("quality", facts.Quality), ("size", facts.Size)])
        {
            if (value is not null)
                text.Append(",\"").Append(name).Append("\":\"").Append(JsonEncodedText.Encode(value)).Append('"');
        }
        if (usage is { } sum)
            text.Append(",\"usage\":").Append(sum.ToJson());
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }
}
