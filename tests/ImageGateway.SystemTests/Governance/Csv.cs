using System.Text;

namespace ImageGateway.SystemTests.Governance;

/// <summary>Reads CSV as a spreadsheet does (RFC 4180).</summary>
internal static class Csv
{
    /// <summary>The rows by the names of the header; every row has a cell for each.</summary>
    public static List<Dictionary<string, string>> Read(string text)
    {
        var rows = Rows(text);
        Assert.All(rows, row => Assert.Equal(rows[0].Count, row.Count));
        return [.. rows.Skip(1).Select(row => rows[0].Zip(row).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    public static List<List<string>> Rows(string text)
    {
        var (rows, row, cell, isQuoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (isQuoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                cell.Append(text[i++]);
            else if (c == '"')
                isQuoted = !isQuoted;
            else if (isQuoted || c is not (',' or '\r' or '\n'))
                cell.Append(c);
            else if (c == ',' || c == '\n')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (c == '\n')
                {
                    rows.Add(row);
                    row = [];
                }
            }
        }
        Assert.True(row.Count == 0 && cell.Length == 0 && !isQuoted, "the last row is not complete");
        return rows;
    }
}
