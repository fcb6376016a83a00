using System.Net;
using System.Text;
using System.Threading.Channels;

namespace ImageGateway.SystemTests.PassThrough;

/// <summary>A body of unknown length that a test sends word by word.</summary>
internal sealed class PushedContent : HttpContent
{
    private readonly Channel<string> _words = Channel.CreateUnbounded<string>();

    public ValueTask PushAsync(string word) => _words.Writer.WriteAsync(word);

    public void End() => _words.Writer.Complete();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        // The head goes out at once.
        await stream.FlushAsync();
        await foreach (var word in _words.Reader.ReadAllAsync())
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(word));
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
