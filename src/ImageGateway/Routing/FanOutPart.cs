using System.IO.Pipelines;
using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>The response to one call of a fan-out.</summary>
internal sealed record FanOutPart(SpooledBytes Bytes, AnswerFacts Facts) : IDisposable
{
    /// <summary>The usage of all parts; null when one did not report it.</summary>
    public static TokenUsage? Sum(List<FanOutPart> parts)
    {
        var sum = default(TokenUsage);
        foreach (var part in parts)
        {
            if (part.Facts.Usage is not { } usage)
                return null;
            sum += usage;
        }
        return sum;
    }

    /// <summary>Writes the items of its <c>data</c>, without the brackets.</summary>
    public async Task WriteItemsAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        var (position, end) = Facts.DataRange;
        while (position < end)
        {
            var room = writer.GetMemory(BlockPool.BlockSize / 2);
            var count = Bytes.Read(position, room.Span[..(int)Math.Min(room.Length, end - position)]);
            writer.Advance(count);
            position += count;
            await writer.FlushAsync(cancellationToken);
        }
    }

    public void Dispose() => Bytes.Dispose();
}
