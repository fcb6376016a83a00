using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>The error event that ends a broken stream.</summary>
internal static class ErrorEvent
{
    /// <summary>
    /// The bytes to send after what the client has. When the stream was cut in the middle of an event, that event itself
    /// becomes the error: left as a torn line it would reach the client as broken JSON, and closed it would pass for a picture.
    /// </summary>
    public static byte[] After(EventStreamTap tap, GatewayError error)
    {
        var data = Encoding.UTF8.GetString(ErrorEnvelope.EventData(error));
        var text = tap.IsBetweenEvents ? $"event: error\ndata: {data}\n\n"
            // The picture's string is closed and the error's members follow it; of a name that comes twice the last one counts.
            : tap.EndsInPicture ? $"\",{data.AsSpan(1)}\nevent: error\n\n"
            : $"\n\nevent: error\ndata: {data}\n\n";
        return Encoding.UTF8.GetBytes(text);
    }
}
