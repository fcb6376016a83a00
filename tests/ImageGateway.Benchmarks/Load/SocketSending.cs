using System.Net.Sockets;

namespace ImageGateway.Benchmarks.Load;

internal static class SocketSending
{
    public static void SendAll(this Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[socket.Send(bytes)..];
    }
}
