using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>The error event that ends a broken stream.</summary>
internal static class ErrorEvent
{
    /// <summary>
    /// The bytes to send after what the client has. If the stream was cut in the middle of an event, that event itself becomes
    /// the error: left as a torn line it would reach the client as broken JSON, and merely closed it would pass for an image.
    /// If a name is repeated, the last one counts, both for an event's name and for a member's.
    /// </summary>
    public static byte[] After(EventStreamTap tap, GatewayError error)
    {
        var data = Encoding.UTF8.GetString(ErrorEnvelope.EventData(error));
        var line = tap.IsAtLineStart ? "" : "\n";
        var text = tap.Data.IsEmpty ? $"{line}event: error\ndata: {data}\n\n"
            : !tap.Data.IsWhole && tap.Data.ToNextMember() is { } ending ? $"{(tap.IsInData ? "" : $"{line}data: ")}{ending}{data.AsSpan(1)}\nevent: error\n\n"
            : $"\n\nevent: error\ndata: {data}\n\n";
        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The bytes that replace a provider's own error event, which was held; none if it was too long for that and has passed.</summary>
    public static byte[] InPlace(EventStreamTap tap, GatewayError error) =>
        tap.IsErrorPassed ? [] : Encoding.UTF8.GetBytes($"event: error\ndata: {Encoding.UTF8.GetString(ErrorEnvelope.EventData(error))}\n\n");
}
